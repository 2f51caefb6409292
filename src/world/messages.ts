import { derivedUuid } from '../core/ids.ts';
import { compose, draftOf, insertMessage, sealMessage } from '../messages/index.ts';
import type { PersonRef } from '../people/index.ts';
import { touchRoom } from '../rooms/index.ts';
import { inPlace, known, whenNew, type Context } from './bringing.ts';
import { findRoom, roomUuid, seedDirectRoom } from './rooms.ts';
import type { World } from './schema.ts';

/** In the order of the world, one millisecond apart, the last one now. */
export async function seedMessages(context: Context, world: World): Promise<void> {
  const counts = new Map<string, number>();
  for (const [at, message] of world.messages.entries()) {
    const { tx, now } = context;
    const author = await known(tx, message.from);
    const room =
      message.room === undefined ? await seedDirectRoom(context, author, message.to ?? '') : roomUuid(message.room);
    const number = (counts.get(room) ?? 0) + 1;
    counts.set(room, number);
    await whenNew(context, 'message', `${number} in ${room}`, message, () =>
      inPlace(context.worldName, `messages[${at}]`, () =>
        bringMessage(context, author, room, number, message, now - (world.messages.length - 1 - at)),
      ),
    );
  }
}

type Message = World['messages'][number];

async function bringMessage(
  context: Context,
  author: PersonRef,
  room: string,
  number: number,
  message: Message,
  createdAt: number,
): Promise<void> {
  const { tx, vault } = context;
  const roomRow = await findRoom(tx, room);
  if (!roomRow) return;
  const uuid = derivedUuid('world message', room, String(number));
  const { text, markdown, html } = message;
  const draft = draftOf({ ...(text && { text }), ...(markdown && { markdown }), ...(html && { html }) });
  const { columns, mentioned } = sealMessage(vault, roomRow.wrappedKey, uuid, await compose(tx, roomRow.id, draft));
  await tx.query.deleteFrom('messages').where('uuid', '=', uuid).execute();
  await insertMessage(
    tx,
    { ...columns, uuid, roomId: roomRow.id, personId: author.id, parentUuid: null, fileCount: 0, createdAt },
    mentioned,
  );
  await touchRoom(tx, roomRow.id, createdAt);
}
