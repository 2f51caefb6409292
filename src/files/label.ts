import type { Vault } from '../core/vault.ts';

/** What is sealed of a file beside its content. */
export interface Label {
  name: string;
  type: string;
  /** Of the content. */
  key: Buffer;
}

export function sealLabel(vault: Vault, roomKey: Uint8Array, uuid: string, { name, type, key }: Label): Uint8Array {
  return vault.seal(roomKey, context(uuid), JSON.stringify({ name, type, key: key.toString('base64') }));
}

export function openLabel(vault: Vault, roomKey: Uint8Array, uuid: string, sealed: Uint8Array): Label {
  const label = JSON.parse(vault.open(roomKey, context(uuid), sealed)) as Omit<Label, 'key'> & { key: string };
  return { ...label, key: Buffer.from(label.key, 'base64') };
}

/** A label opens only for the content it belongs to. */
function context(uuid: string): string {
  return `file:${uuid}`;
}
