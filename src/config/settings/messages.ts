import { flag, size, wholeNumber } from '../values.ts';
import type { Table } from './setting.ts';

/** What messages may hold, and who hears of them. */
export const messageSettings = {
  allowMessagesUpdated: {
    env: 'HEARTH_ALLOW_MESSAGES_UPDATED',
    flag: 'allow-messages-updated',
    read: flag,
    default: 'false',
    description: 'Whether webhooks may ask for `messages` `updated`, which Webex refuses.',
  },
  cardLimit: {
    env: 'HEARTH_CARD_LIMIT',
    flag: 'card-limit',
    takes: 'SIZE',
    read: size(1_024, 1_048_576),
    default: '22KiB',
    description: 'Largest card that a message may carry, as JSON. Larger ones are refused with 400.',
  },
  cardActions: {
    env: 'HEARTH_CARD_ACTIONS',
    flag: 'card-actions',
    takes: 'COUNT',
    read: wholeNumber(1, 1_000),
    default: '5',
    description:
      "Most actions in one list of a card: its own, and each `ActionSet`'s. Webex's clients show five and leave the others out.",
  },
  cardAuthorMaySubmit: {
    env: 'HEARTH_CARD_AUTHOR_MAY_SUBMIT',
    flag: 'card-author-may-submit',
    takes: 'BOOLEAN',
    read: flag,
    default: 'true',
    description: 'Whether the author of a card may submit it too.',
  },
  atAllReachesBots: {
    env: 'HEARTH_AT_ALL_REACHES_BOTS',
    flag: 'at-all-reaches-bots',
    takes: 'BOOLEAN',
    read: flag,
    default: 'true',
    description: 'Whether a message that mentions everybody is shown to the bots of a group room.',
  },
} as const satisfies Table;
