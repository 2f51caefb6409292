import type { Vault } from '../core/vault.ts';
import type { Content, MessageRow } from './store.ts';

/** A sealed content opens only for the message it belongs to. */
export function sealContext(messageUuid: string): string {
  return `message:${messageUuid}`;
}

export function openContent(
  vault: Vault,
  { uuid, content, wrappedKey }: Pick<MessageRow, 'uuid' | 'content' | 'wrappedKey'>,
): Content {
  return JSON.parse(vault.open(wrappedKey, sealContext(uuid), content)) as Content;
}
