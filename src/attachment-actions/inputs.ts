import type { AttachmentAction } from '../contract/index.ts';
import { keysOf, publicId } from '../core/ids.ts';
import type { Vault } from '../core/vault.ts';
import type { Reader } from '../db/index.ts';
import { sealedInputs, type ActionRow } from './store.ts';

type Inputs = AttachmentAction['inputs'];

/** Sealed inputs open only for the submission they belong to. */
export function sealContext(actionUuid: string): string {
  return `attachment action:${actionUuid}`;
}

export function openInputs(vault: Vault, action: Pick<ActionRow, 'uuid' | 'inputs' | 'wrappedKey'>): Inputs {
  return JSON.parse(vault.open(action.wrappedKey, sealContext(action.uuid), action.inputs)) as Inputs;
}

/** What was submitted, by public ids; that of deleted cards is missing. For those who may read it. */
export async function submittedInputs(
  reader: Reader,
  vault: Vault,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Inputs>> {
  const rows = await sealedInputs(reader, keysOf('ATTACHMENT_ACTION', ids));
  return new Map(rows.map((row) => [publicId('ATTACHMENT_ACTION', row.uuid), openInputs(vault, row)]));
}
