export { compose, draftOf } from './content.ts';
export type { CardLimits } from './cards/cards-of.ts';
export { directRoomUuid } from './destination.ts';
export type { BotRules } from './policy.ts';
export { sealContext } from './service.ts';
export { findMessageFor, insertMessage, type MessageRow } from './store.ts';
export { findVisible } from './visible.ts';
