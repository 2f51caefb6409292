import { z } from 'zod';
import { cursorParameter, idInput, listOf, maxParameter, publicIdText, timestamp } from './common.ts';

/** Spec 3.2. */
export const Room = z
  .object({
    id: publicIdText,
    title: z.string(),
    type: z.enum(['direct', 'group']),
    isLocked: z.boolean(),
    lastActivity: timestamp,
    creatorId: publicIdText,
    created: timestamp,
    ownerId: publicIdText,
    isAnnouncementOnly: z.boolean(),
    isReadOnly: z.boolean(),
    isPublic: z.boolean(),
    madePublic: timestamp.optional(),
    description: z.string().optional(),
  })
  .meta({ id: 'Room' });
export type Room = z.output<typeof Room>;

export const RoomList = listOf(Room);

const title = z
  .string({ error: 'Title cannot be empty.' })
  .max(1024, 'title is longer than 1024 characters.')
  .refine((text) => text.trim() !== '', 'Title cannot be empty.');
const description = z.string().max(4096, 'description is longer than 4096 characters.');

export const RoomCreate = z.object({
  title,
  teamId: idInput.optional(),
  isLocked: z.boolean().optional(),
  isPublic: z.boolean().optional(),
  description: description.optional(),
  isAnnouncementOnly: z.boolean().optional(),
});
export type RoomCreate = z.output<typeof RoomCreate>;

/** Every field is optional: clients send what changed, or the whole object back (HTTP-16). */
export const RoomUpdate = RoomCreate.partial().extend({ isReadOnly: z.boolean().optional() });
export type RoomUpdate = z.output<typeof RoomUpdate>;

export const RoomsQuery = z.object({
  teamId: idInput.optional(),
  type: z.enum(['direct', 'group'], { error: 'type must be direct or group.' }).optional(),
  sortBy: z
    .enum(['id', 'lastactivity', 'created'], { error: 'sortBy must be id, lastactivity or created.' })
    .default('lastactivity'),
  max: maxParameter(100, 1000),
  cursor: cursorParameter,
});
export type RoomsQuery = z.output<typeof RoomsQuery>;
