import { derivedUuid } from '../core/ids.ts';
import { flag, type Flag, type Reader } from '../db/index.ts';
import { memberships } from '../memberships/index.ts';
import { directRoomUuid } from '../messages/index.ts';
import type { PersonRef } from '../people/index.ts';
import { insertRoom, joinTeam } from '../rooms/index.ts';
import { known, whenNew, type Context } from './bringing.ts';
import type { World } from './schema.ts';

/** A team is its General room, so it is brought in as a room that is its own team; before the rooms that belong to it. */
export async function seedRooms(context: Context, world: World): Promise<void> {
  for (const { name, ...team } of world.teams) {
    // TEAM-4: a team has a moderator.
    const moderators = team.moderators.length > 0 ? team.moderators : team.members.slice(0, 1);
    const settings = { title: name, team: name, isPublic: false, isAnnouncementOnly: false };
    await seedRoom(context, 'team', { ...team, ...settings, moderators });
  }
  for (const room of world.rooms) await seedRoom(context, 'room', room);
}

async function seedRoom(
  context: Context,
  kind: 'room' | 'team',
  { members, moderators, ...room }: World['rooms'][number],
): Promise<void> {
  const { tx, now } = context;
  const uuid = roomUuid(room.title);
  const isLocked = flag(moderators.length > 0);
  await whenNew(context, kind, room.title, { ...room, isLocked }, async () => {
    const settings = {
      title: room.title,
      description: room.description ?? null,
      isLocked,
      isAnnouncementOnly: flag(room.isAnnouncementOnly),
      isPublic: flag(room.isPublic),
    };
    const updated = await tx.query
      .updateTable('rooms')
      .set((eb) => ({
        ...settings,
        madePublicAt: room.isPublic ? eb.fn.coalesce('madePublicAt', eb.val(now)) : null,
        archivedAt: null,
      }))
      .where('uuid', '=', uuid)
      .returning('id')
      .executeTakeFirst();
    // The schema asks for one member at least.
    const id = updated?.id ?? (await addRoom(context, uuid, 'group', members[0] ?? '', settings));
    const team = room.team === undefined ? undefined : await findRoom(tx, roomUuid(room.team));
    if (team) await joinTeam(tx, id, team.id);
  });
  for (const email of members) await seedMembership(context, uuid, email, flag(moderators.includes(email)));
}

export function roomUuid(title: string): string {
  return derivedUuid('world room', title);
}

interface RoomSettings {
  title: string;
  description: string | null;
  isLocked: Flag;
  isAnnouncementOnly: Flag;
  isPublic: Flag;
}

async function addRoom(
  { tx, vault, now }: Context,
  uuid: string,
  type: 'group' | 'direct',
  creatorEmail: string,
  settings: RoomSettings,
): Promise<number> {
  const creator = await known(tx, creatorEmail);
  const wrappedKey = vault.newDataKey();
  return insertRoom(tx, { ...settings, uuid, type, creatorId: creator.id, ownerOrgId: creator.orgId, now, wrappedKey });
}

async function seedMembership(context: Context, room: string, email: string, isModerator: Flag): Promise<void> {
  const { tx, now } = context;
  await whenNew(context, 'membership', `${email} in ${room}`, { isModerator }, async () => {
    const person = await known(tx, email);
    const roomRow = await findRoom(tx, room);
    // The room, or the person, was deleted since, and only its own new declaration brings it back.
    if (!roomRow || person.gone) return;
    const member = await memberships.find(tx, room, person.uuid);
    if (member) await memberships.setModerator(tx, member.id, isModerator);
    else await memberships.insert(tx, { roomId: roomRow.id, personId: person.id, isModerator, createdAt: now });
  });
}

/** Answers the room's UUID. */
export async function seedDirectRoom(context: Context, author: PersonRef, to: string): Promise<string> {
  const recipient = await known(context.tx, to);
  const uuid = directRoomUuid(author.uuid, recipient.uuid);
  await whenNew(context, 'direct room', uuid, {}, async () => {
    if (await findRoom(context.tx, uuid)) return;
    const settings = { title: '', description: null, isLocked: 0, isAnnouncementOnly: 0, isPublic: 0 } as const;
    await addRoom(context, uuid, 'direct', author.email, settings);
  });
  for (const { email } of [author, recipient]) await seedMembership(context, uuid, email, 0);
  return uuid;
}

export async function findRoom(
  reader: Reader,
  uuid: string,
): Promise<{ id: number; wrappedKey: Uint8Array } | undefined> {
  return reader.query
    .selectFrom('rooms')
    .select(['id', 'wrappedKey'])
    .where('uuid', '=', uuid)
    .where('archivedAt', 'is', null)
    .executeTakeFirst();
}
