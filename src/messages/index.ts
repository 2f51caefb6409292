export type { CardLimits } from './cards/cards-of.ts';
export { compose, draftOf } from './content.ts';
export { messageContents } from './contents.ts';
export { directRoomUuid } from './destination.ts';
export type { BotRules } from './policy.ts';
export { presentMessage } from './present.ts';
export { sealContext } from './sealing.ts';
export { findMessageFor, insertMessage, type MessageRow } from './store.ts';
export { findVisible } from './visible.ts';
