import { isoTime } from '../../src/core/clock.ts';
import type { NewEvent } from '../../src/core/events.ts';
import { newUuid, publicId } from '../../src/core/ids.ts';
import type { Message } from '../../src/contract/index.ts';
import { personId, personUuid, type Name, type TestServer } from '../support/server.ts';

/** Writes into the log that somebody has filled in a card of a message; answers what webhooks are told of it. */
export async function submit(server: TestServer, who: Name, message: Message) {
  const data = {
    id: publicId('ATTACHMENT_ACTION', newUuid()),
    type: 'submit',
    messageId: message.id,
    personId: personId(who),
    roomId: message.roomId,
    created: isoTime(server.clock.now()),
  };
  await append(server, message, {
    resource: 'attachmentActions',
    event: 'created',
    actorUuid: personUuid(who),
    facts: { roomType: 'group', personUuid: personUuid(who), audience: [uuidOf(message.personId)] },
    data,
  });
  return data;
}

async function append(
  { app: { db, log } }: TestServer,
  { roomId }: Message,
  event: Omit<NewEvent, 'roomUuid' | 'orgUuid'>,
): Promise<void> {
  await db.write((tx) => log.append(tx, [{ ...event, roomUuid: uuidOf(roomId), orgUuid: newUuid() }]));
}

export function uuidOf(id: string): string {
  return Buffer.from(id, 'base64url').toString().split('/').at(-1) ?? '';
}
