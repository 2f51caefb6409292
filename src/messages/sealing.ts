import type { Vault } from '../core/vault.ts';
import { flag } from '../db/index.ts';
import type { Composed } from './content.ts';
import type { Content, MessageRow } from './store.ts';

/** A message as its row holds it, and whom it mentions: internal keys, null for everybody. */
export interface SealedMessage {
  columns: Pick<MessageRow, 'content' | 'mentionedPeople' | 'mentionsAll' | 'hasAttachments'>;
  mentioned: (number | null)[];
}

export function sealMessage(
  vault: Vault,
  roomKey: Uint8Array,
  uuid: string,
  { content, mentionedPeople, mentionsAll }: Composed,
): SealedMessage {
  return {
    columns: {
      content: vault.seal(roomKey, context(uuid), JSON.stringify(content)),
      mentionedPeople: mentionedPeople.length > 0 ? mentionedPeople.map((person) => person.uuid).join(' ') : null,
      mentionsAll: flag(mentionsAll),
      hasAttachments: flag(content.attachments !== undefined),
    },
    mentioned: [...mentionedPeople.map(({ id }) => id), ...(mentionsAll ? [null] : [])],
  };
}

export function openContent(
  vault: Vault,
  { uuid, content, wrappedKey }: Pick<MessageRow, 'uuid' | 'content' | 'wrappedKey'>,
): Content {
  return JSON.parse(vault.open(wrappedKey, context(uuid), content)) as Content;
}

/** A sealed content opens only for the message it belongs to. */
function context(uuid: string): string {
  return `message:${uuid}`;
}
