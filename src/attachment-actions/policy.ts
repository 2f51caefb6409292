import type { Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import type { MessageRow } from '../messages/index.ts';
import type { PostingView } from '../rooms/index.ts';
import type { ActionRow } from './store.ts';

/** What the operator decides about submitting. */
export interface SubmitRules {
  /** ACT-3: whether the author of a card may submit it. */
  authorMaySubmit: boolean;
}

/**
 * Who sees a card may submit it (ACT-4), also where only moderators post: asking everybody is what a card in an announcement
 * room is for. A read-only room takes in nothing more (MOD-6).
 */
export function maySubmit(caller: Caller, message: MessageRow, room: PostingView, rules: SubmitRules): void {
  if (message.hasAttachments === 0) throw new ApiError('cardMissing');
  if (message.personId === caller.personId && !rules.authorMaySubmit) throw new ApiError('cardIsOwn');
  if (room.isReadOnly === 1) throw new ApiError('roomReadOnly');
}

/** ACT-5: the author of the card, and who submitted it. */
export function mayRead(caller: Caller, action: ActionRow): boolean {
  return [action.authorId, action.personId].includes(caller.personId);
}
