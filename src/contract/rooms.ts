import { z } from 'zod';
import {
  cursorParameter,
  descriptionText,
  idInput,
  listOf,
  maxParameter,
  publicIdText,
  timestamp,
  timestampInput,
} from './common.ts';

/** Spec 3.2. */
export const Room = z
  .object({
    id: publicIdText,
    title: z.string(),
    type: z.enum(['direct', 'group']),
    isLocked: z.boolean(),
    teamId: publicIdText.optional(),
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

/** Webex retired meetings of rooms: placeholders, which nothing answers at. */
export const RoomMeetingInfo = z
  .object({
    roomId: publicIdText,
    meetingLink: z.string(),
    sipAddress: z.string(),
    meetingNumber: z.string(),
    meetingId: z.string(),
    callInTollFreeNumber: z.string(),
    callInTollNumber: z.string(),
  })
  .meta({ id: 'RoomMeetingInfo' });
export type RoomMeetingInfo = z.output<typeof RoomMeetingInfo>;

const title = z
  .string({ error: 'Title cannot be empty.' })
  .max(1024, 'title is longer than 1024 characters.')
  .refine((text) => text.trim() !== '', 'Title cannot be empty.');

export const RoomCreate = z.object({
  title,
  teamId: idInput.optional(),
  classificationId: idInput.optional().meta({ description: 'Refused: there are no classifications.' }),
  isLocked: z.boolean().optional(),
  isPublic: z.boolean().optional(),
  description: descriptionText.optional(),
  isAnnouncementOnly: z.boolean().optional(),
});
export type RoomCreate = z.output<typeof RoomCreate>;

/** Every field is optional: clients send what changed, or the whole object back (HTTP-16). */
export const RoomUpdate = RoomCreate.partial().extend({ isReadOnly: z.boolean().optional() });
export type RoomUpdate = z.output<typeof RoomUpdate>;

export const RoomsQuery = z.object({
  teamId: idInput.optional().meta({ description: 'Rooms of this team: yours, and those open to its members.' }),
  type: z.enum(['direct', 'group'], { error: 'type must be direct or group.' }).optional(),
  sortBy: z
    .enum(['id', 'lastactivity', 'created'], { error: 'sortBy must be id, lastactivity or created.' })
    .optional(),
  orgPublicSpaces: z
    .enum(['true', 'false'], { error: 'orgPublicSpaces must be true or false.' })
    .optional()
    .meta({ description: 'Public rooms of your organization, whether you are in them or not, newest first.' }),
  from: timestampInput.optional().meta({ description: 'Only rooms made public after this time.' }),
  to: timestampInput.optional().meta({ description: 'Only rooms made public before this time.' }),
  max: maxParameter(100, 1000),
  cursor: cursorParameter,
});
export type RoomsQuery = z.output<typeof RoomsQuery>;
