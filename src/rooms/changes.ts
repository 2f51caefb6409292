import type { RoomCreate, RoomUpdate } from '../contract/index.ts';
import { ApiError } from '../core/errors.ts';
import { flag } from '../db/index.ts';
import { bodyKey } from '../http/index.ts';
import { presentRoom } from './present.ts';
import type { RoomInReach } from './reach.ts';

/** What can be asked to be changed. */
export type RoomChange = Exclude<keyof RoomUpdate, 'classificationId'>;

/**
 * What would be other than it is: a room that was read and sent back unchanged is no change, and no event (HTTP-16).
 * Members send `isReadOnly` back as well, and it is not theirs to set (MOD-6).
 */
export function changesOf(room: RoomInReach, body: RoomUpdate): RoomChange[] {
  const { title, description, teamId } = body;
  const turns = (field: 'isLocked' | 'isAnnouncementOnly' | 'isPublic' | 'isReadOnly') =>
    body[field] !== undefined && flag(body[field]) !== room[field];
  const changes: Record<RoomChange, boolean> = {
    title: title !== undefined && title !== presentRoom(room).title,
    description: description !== undefined && described(description) !== room.description,
    teamId: teamId !== undefined && bodyKey('TEAM', teamId) !== room.teamUuid,
    isLocked: turns('isLocked'),
    isAnnouncementOnly: turns('isAnnouncementOnly'),
    isPublic: turns('isPublic'),
    isReadOnly: room.isOfficer && turns('isReadOnly'),
  };
  return (Object.keys(changes) as RoomChange[]).filter((field) => changes[field]);
}

/** A blank description is none. */
export function described(text: string): string | null {
  return text.trim() === '' ? null : text;
}

/** A room that believes itself classified would be worse than a refusal. */
export function mustNotClassify({ classificationId }: Pick<RoomCreate, 'classificationId'>): void {
  if (classificationId !== undefined) throw new ApiError('classificationUnknown');
}
