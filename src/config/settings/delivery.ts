import { duration, durationOrForever, list, text, wholeNumber, wholeNumberOrAuto } from '../values.ts';
import type { Table } from './setting.ts';

/** How events go to webhooks, and how long both are kept. */
export const deliverySettings = {
  webhookRetries: {
    env: 'HEARTH_WEBHOOK_RETRIES',
    flag: 'webhook-retries',
    takes: 'SCHEDULE',
    read: text,
    default: 'default',
    description:
      'When to try a delivery again: `default` (9 attempts: at once, then after 5s, 30s, 2m, 10m, 30m, 2h, 5h, 10h), `webex` (one attempt), or the times before each attempt, the first one 0s, such as `0s,5s,1m30s,2h`.',
  },
  webhookTimeout: {
    env: 'HEARTH_WEBHOOK_TIMEOUT',
    flag: 'webhook-timeout',
    takes: 'TIME',
    read: duration(100, 300_000),
    default: '10s',
    description: 'How long one attempt may take, response body included.',
  },
  webhookConnectTimeout: {
    env: 'HEARTH_WEBHOOK_CONNECT_TIMEOUT',
    flag: 'webhook-connect-timeout',
    takes: 'TIME',
    read: duration(100, 300_000),
    default: '3s',
    description: 'How long connecting to a receiver may take, within the time of the attempt.',
  },
  webhookAllow: {
    env: 'HEARTH_WEBHOOK_ALLOW',
    flag: 'webhook-allow',
    takes: 'LIST',
    read: list,
    default: '',
    description:
      'Private receivers that may be called: CIDRs, addresses, host names and `*.example.com`, separated by commas. Public addresses need no entry. With `hearth dev` this machine itself (loopback) is always allowed.',
  },
  webhookCaFile: {
    env: 'HEARTH_WEBHOOK_CA_FILE',
    flag: 'webhook-ca-file',
    takes: 'FILE',
    read: text,
    description: "Certificate authorities (PEM) to trust for receivers, in place of the system's.",
  },
  webhookSlots: {
    env: 'HEARTH_WEBHOOK_SLOTS',
    flag: 'webhook-slots',
    takes: 'COUNT',
    read: wholeNumber(1, 100_000),
    default: '512',
    description: 'Most requests to receivers at the same time. After a crash at most as many deliveries arrive twice.',
  },
  webhookSlotsEach: {
    env: 'HEARTH_WEBHOOK_SLOTS_EACH',
    flag: 'webhook-slots-each',
    takes: 'COUNT',
    read: wholeNumber(1, 100_000),
    default: '32',
    description: 'Most requests at the same time for one webhook.',
  },
  webhookSuspectShare: {
    env: 'HEARTH_WEBHOOK_SUSPECT_SHARE',
    flag: 'webhook-suspect-share',
    takes: 'PERCENT',
    read: wholeNumber(1, 100),
    default: '25',
    description:
      'The part of the slots, in percent, that receivers may hold together which are slow, fail, or have not answered yet. The rest is for those that are known to work.',
  },
  webhookQueue: {
    env: 'HEARTH_WEBHOOK_QUEUE',
    flag: 'webhook-queue',
    takes: 'COUNT',
    read: wholeNumber(1, 1_000_000),
    default: '1000',
    description: 'Most deliveries that wait in memory for one webhook. What exceeds it waits in the store.',
  },
  webhookDisableAfter: {
    env: 'HEARTH_WEBHOOK_DISABLE_AFTER',
    flag: 'webhook-disable-after',
    takes: 'COUNT',
    read: wholeNumber(0, 100_000),
    default: '100',
    description:
      'How many notifications have to fail within the time of HEARTH_WEBHOOK_DISABLE_WINDOW for a webhook to become inactive. Its owner is warned at half of them. 0: no webhook is disabled.',
  },
  webhookDisableWindow: {
    env: 'HEARTH_WEBHOOK_DISABLE_WINDOW',
    flag: 'webhook-disable-window',
    takes: 'TIME',
    read: duration(1_000, 86_400_000),
    default: '5m',
    description:
      'Within how long failed notifications are counted. A webhook that was enabled again that recently is disabled by a single one.',
  },
  senderThreads: {
    env: 'HEARTH_SENDER_THREADS',
    flag: 'sender-threads',
    takes: 'COUNT',
    read: wholeNumberOrAuto(0, 64),
    default: 'auto',
    description:
      'Threads that send requests to receivers. With 0 the main thread sends them itself; `auto` is 0 on up to three cores and 2 on more.',
  },
  webhookFirstMessageDelay: {
    env: 'HEARTH_WEBHOOK_FIRST_MESSAGE_DELAY',
    flag: 'webhook-first-message-delay',
    takes: 'TIME',
    read: duration(0, 60_000),
    default: '250ms',
    description:
      'How long the first message of a new 1:1 room is held back. Bot frameworks look a new room up and drop its messages until they know it.',
  },
  retentionEvents: {
    env: 'HEARTH_RETENTION_EVENTS',
    flag: 'retention-events',
    takes: 'TIME',
    read: durationOrForever(3_600_000, 315_360_000_000),
    default: '30d',
    description:
      'How long events are kept, and the deliveries about them; `forever` or 0: always. An event for which a delivery still waits is kept until that has ended.',
  },
  retentionAttempts: {
    env: 'HEARTH_RETENTION_ATTEMPTS',
    flag: 'retention-attempts',
    takes: 'TIME',
    read: durationOrForever(3_600_000, 315_360_000_000),
    default: '7d',
    description:
      'How long it is kept what went over the wire in each attempt of a delivery; not longer than the delivery itself. `forever` or 0: as long as that.',
  },
} as const satisfies Table;
