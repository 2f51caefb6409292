import type { Hint } from '../../contract/index.ts';
import { isoTime } from '../../core/clock.ts';
import { publicId } from '../../core/ids.ts';
import type { Exchange } from '../../delivery/exchange.ts';
import type { FailureReason } from '../../delivery/sender/index.ts';
import { missedWhileInactive, type Case } from './case.ts';
import type { FailedAttempt } from './store.ts';

/** What the conditions do not tell of one event: each looks at one thing, and says nothing where that is as it should be. */
const looks: readonly ((given: Case) => Hint | undefined)[] = [
  (given) => {
    const { disabledAt, enabledAt, uuid } = given.webhook;
    if (!missedWhileInactive(given) || disabledAt === null || enabledAt === null) return undefined;
    const call = `POST /hearth/v1/webhooks/${publicId('WEBHOOK', uuid)}/enable`;
    return {
      code: 'missedWhileInactive',
      sentence: `The webhook was inactive from ${isoTime(disabledAt)} to ${isoTime(enabledAt)}: what happened then is sent by ${call} with {"replay": "since-disabled"}.`,
    };
  },
  (given) => {
    const { row, because, settled, inMemory } = given;
    if (row && because) {
      return {
        code: 'changedSince',
        sentence: `There is a delivery, although '${because.condition}' does not hold now: something has changed since it was matched.`,
      };
    }
    if (row || because || !settled || inMemory || missedWhileInactive(given)) return undefined;
    return {
      code: 'changedSince',
      sentence:
        'There is no delivery, although every condition holds now: something has changed since it was matched, or what was recorded is no longer kept.',
    };
  },
  ({ row, inMemory, because, settled, event }) =>
    !row && !inMemory && !because && !settled && event.facts.opensRoom === true
      ? {
          code: 'firstMessageHeldBack',
          sentence:
            'It is the first message of a 1:1 room, which is held back a moment until bot frameworks know the room.',
        }
      : undefined,
  ({ head }) =>
    head && {
      code: 'behindItsRoom',
      sentence: `The webhook's ordering is room, and the delivery ${head.deliveryId} of this room comes first: ${head.reason}`,
    },
  ({ unknownEmail }) =>
    unknownEmail === undefined
      ? undefined
      : { code: 'unknownAddress', sentence: `Nobody on this server has the address ${unknownEmail}.` },
  ({ because, event }) =>
    because?.condition.startsWith('filter mentionedPeople=') && event.facts.mentionsAll === true
      ? {
          code: 'everybodyIsNobody',
          sentence: 'The message mentions everybody, which counts as a mention of nobody in particular.',
        }
      : undefined,
  ({ failure }) => failure && adviceFor(failure),
];

export function hintsOf(given: Case): Hint[] {
  return looks.flatMap((look) => look(given) ?? []);
}

/** What may help against a failure of the receiver. */
function adviceFor({ status, exchange }: FailedAttempt): Hint | undefined {
  if (status !== null) {
    const { code, sentence } = byStatus.get(status) ?? byClass(status);
    return { code, sentence: `The receiver answered ${status}. ${sentence}` };
  }
  const reason = exchange === null ? undefined : (JSON.parse(exchange) as Exchange).failure;
  return reason && byReason[reason];
}

const notAuthorized: Hint = {
  code: 'receiverLetsNobodyIn',
  sentence: 'It does not let notices in: compare the secret that it checks signatures with, and its log-in.',
};
const busy: Hint = {
  code: 'receiverBusy',
  sentence: 'It asks to be left alone for a while; Retry-After is honoured.',
};

const byStatus: ReadonlyMap<number, Hint> = new Map([
  [401, notAuthorized],
  [403, notAuthorized],
  [404, { code: 'receiverPath', sentence: 'Compare the path of targetUrl with the one it serves.' }],
  [405, { code: 'receiverPath', sentence: 'It takes no POST there: compare the path of targetUrl.' }],
  [410, { code: 'receiverGone', sentence: 'That ends a delivery at once: nothing is to come there any more.' }],
  [429, busy],
  [503, busy],
]);

function byClass(status: number): Hint {
  if (status < 400) {
    return {
      code: 'receiverRedirects',
      sentence: 'Redirects are not followed: register the address that it points to.',
    };
  }
  return status < 500
    ? { code: 'receiverRefuses', sentence: 'It does not take the notice as it is: its own log says why.' }
    : { code: 'receiverFails', sentence: 'It failed at the notice: its own log says why.' };
}

const byReason: Readonly<Record<FailureReason, Hint>> = {
  timeout: {
    code: 'receiverTimeout',
    sentence: 'The receiver takes too long: answer first, then do the work. HEARTH_WEBHOOK_TIMEOUT is how long it has.',
  },
  'connect-timeout': {
    code: 'receiverUnreachable',
    sentence: 'Nothing answers at that address and port: a firewall may swallow the connection.',
  },
  dns: { code: 'hostUnknown', sentence: 'The host name of targetUrl is known to no name server that was asked.' },
  'refused-address': {
    code: 'addressRefused',
    sentence: 'The host is in a network that this server may not call: HEARTH_WEBHOOK_ALLOW makes exceptions.',
  },
  connection: {
    code: 'receiverUnreachable',
    sentence: 'Nothing listens at that address and port, or it hangs up: see whether the receiver runs.',
  },
  tls: {
    code: 'receiverCertificate',
    sentence:
      'The certificate of the receiver is not one that this server trusts: HEARTH_WEBHOOK_CA_FILE adds an authority.',
  },
  protocol: { code: 'receiverNoHttp', sentence: 'What listens at that address does not answer in HTTP/1.1.' },
  'invalid-request': { code: 'targetUnreadable', sentence: 'targetUrl cannot be called as it is written.' },
  stopped: { code: 'serverStopped', sentence: 'This server was stopping; it tries again.' },
  internal: { code: 'serverFault', sentence: "The fault was this server's own; it tries again." },
};
