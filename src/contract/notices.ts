import { z } from 'zod';
import { AttachmentAction } from './attachment-actions.ts';
import { Membership } from './memberships.ts';
import { Message } from './messages.ts';
import { Room } from './rooms.ts';
import { Webhook, WebhookSwitch } from './webhooks.ts';

/** `data` of messages webhooks: identifiers, never the text (spec 4.5.1). */
export const MessageNotice = Message.pick({
  id: true,
  roomId: true,
  roomType: true,
  personId: true,
  personEmail: true,
  parentId: true,
  mentionedPeople: true,
  mentionedGroups: true,
  files: true,
  created: true,
  updated: true,
}).meta({ id: 'MessageNotice' });
export type MessageNotice = z.output<typeof MessageNotice>;

/** `data` of rooms webhooks: no title, no description. */
export const RoomNotice = Room.pick({
  id: true,
  type: true,
  isLocked: true,
  teamId: true,
  lastActivity: true,
  creatorId: true,
  created: true,
  ownerId: true,
  isAnnouncementOnly: true,
  isReadOnly: true,
  isPublic: true,
}).meta({ id: 'RoomNotice' });
export type RoomNotice = z.output<typeof RoomNotice>;

/** `data` of attachmentActions webhooks: never what was filled in. */
export const AttachmentActionNotice = AttachmentAction.omit({ inputs: true }).meta({ id: 'AttachmentActionNotice' });
export type AttachmentActionNotice = z.output<typeof AttachmentActionNotice>;

/** What a webhook carries: the webhook itself without its secret, who caused the event, and the event's data. */
export const Notice = Webhook.omit({ secret: true })
  .extend({
    actorId: z.string(),
    data: z.union([MessageNotice, Membership, RoomNotice, AttachmentActionNotice, WebhookSwitch]),
  })
  .meta({ id: 'Notice' });
export type Notice = z.output<typeof Notice>;
