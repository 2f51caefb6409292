export { compose, draftOf } from './content.ts';
export { messageContents } from './contents.ts';
export { directRoomUuid } from './destination.ts';
export { presentMessage } from './present.ts';
export { sealContext } from './sealing.ts';
export { findMessageFor, insertMessage } from './store.ts';
