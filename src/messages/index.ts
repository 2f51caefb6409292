export { compose, draftOf } from './content.ts';
export { directRoomUuid } from './destination.ts';
export { sealContext, type MessageService } from './service.ts';
export { findMessageFor, insertMessage } from './store.ts';
