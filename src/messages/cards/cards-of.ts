import type { Attachment, MessageCreate } from '../../contract/index.ts';
import { ApiError } from '../../core/errors.ts';
import { isDeeperThan, jsonBytes, MOST_LEVELS } from '../../core/json.ts';
import { adaptiveCard, inWords } from './adaptive-card.ts';

export interface CardLimits {
  /** Of a card's JSON (CARD-3). */
  bytes: number;
  /** Of each list of them (CARD-2). */
  actions: number;
}

/** Takes the cards out of what an author sent: checked, and otherwise as they came (MSG-3, CARD-1, CARD-4). */
export type CardsOf = (body: Pick<MessageCreate, 'attachments'>) => Attachment[];

export function cardsWithin({ bytes: limit, actions }: CardLimits): CardsOf {
  const schema = adaptiveCard(actions);
  return ({ attachments = [] }) => {
    if (attachments.length > 1) throw new ApiError('tooManyAttachments');
    for (const { contentType, content } of attachments) {
      if (contentType !== ADAPTIVE_CARD) throw new ApiError('attachmentTypeUnknown', { type: contentType });
      if (isDeeperThan(content, MOST_LEVELS)) throw invalid([` is nested more than ${MOST_LEVELS} levels deep.`]);
      const bytes = jsonBytes(content ?? null);
      if (bytes > limit) throw new ApiError('cardTooLarge', { bytes, limit });
      const { error } = schema.safeParse(content, { error: inWords });
      if (error) throw invalid(error.issues.map(({ path, message }) => `${placeOf(path)} ${message}`));
    }
    return attachments;
  };
}

const ADAPTIVE_CARD = 'application/vnd.microsoft.card.adaptive';
/** More do not help to find the first one. */
const MOST_COMPLAINTS = 10;

function invalid(complaints: readonly string[]): ApiError {
  const card = complaints.slice(0, MOST_COMPLAINTS).map((complaint) => `attachments[0].content${complaint}`);
  return new ApiError('cardInvalid', {}, card);
}

function placeOf(path: readonly PropertyKey[]): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
}
