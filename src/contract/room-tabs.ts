import { z } from 'zod';
import { listOf, publicIdText, timestamp } from './common.ts';

/** Spec 3.11. */
export const RoomTab = z
  .object({
    id: publicIdText,
    roomId: publicIdText,
    roomType: z.enum(['direct', 'group']),
    displayName: z.string(),
    contentUrl: z.string(),
    creatorId: publicIdText,
    created: timestamp,
  })
  .meta({ id: 'RoomTab' });
export type RoomTab = z.output<typeof RoomTab>;

export const RoomTabList = listOf(RoomTab);

/** What the log keeps of a tab: identifiers, neither its name nor where it leads. */
export const RoomTabNotice = RoomTab.omit({ displayName: true, contentUrl: true }).meta({ id: 'RoomTabNotice' });
export type RoomTabNotice = z.output<typeof RoomTabNotice>;

/** A change, too, names everything (spec 3.11). */
export const RoomTabWrite = z.object({
  roomId: z.string({ error: 'roomId cannot be null' }),
  contentUrl: z
    .string({ error: 'contentUrl cannot be empty' })
    .min(1, 'contentUrl cannot be empty')
    .max(2048, 'contentUrl is longer than 2048 characters.'),
  displayName: z
    .string({ error: 'displayName cannot be empty' })
    .max(1024, 'displayName is longer than 1024 characters.')
    .refine((text) => text.trim() !== '', 'displayName cannot be empty'),
});
export type RoomTabWrite = z.output<typeof RoomTabWrite>;

export const RoomTabsQuery = z.object({
  roomId: z.string({ error: "Required String parameter 'roomId' is not present" }),
});
export type RoomTabsQuery = z.output<typeof RoomTabsQuery>;
