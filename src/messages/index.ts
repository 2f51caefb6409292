export { compose, draftOf, sealMessage } from './content.ts';
export { directRoomUuid } from './destination.ts';
export { findMessageFor, insertMessage } from './store.ts';
