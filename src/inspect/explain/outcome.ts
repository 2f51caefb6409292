import type { ExplainedEvent } from '../../contract/index.ts';
import { isoTime } from '../../core/clock.ts';
import type { DeliveryRow } from '../deliveries/store.ts';
import { missedWhileInactive, type Case } from './case.ts';

interface Told {
  outcome: ExplainedEvent['outcome'];
  answer: string;
}

/** What became of the delivery, or why there is none. */
export function outcomeOf(given: Case): Told {
  const { row, inMemory, because, settled, webhook } = given;
  if (row && row.state !== 'waiting') return { outcome: row.state, answer: ending(row) };
  if (inMemory === 'inFlight') {
    return { outcome: 'inFlight', answer: 'It matched, and a request is out: the receiver has not answered yet.' };
  }
  if (row) return { outcome: 'waiting', answer: waiting(row, webhook.status === 'active') };
  if (inMemory === 'queued') return { outcome: 'queued', answer: 'It matched, and waits in memory for its turn.' };
  if (because) return { outcome: 'none', answer: `It was not sent. ${because.sentence}` };
  if (missedWhileInactive(given)) {
    return { outcome: 'none', answer: 'It was not sent: the webhook was inactive when it happened.' };
  }
  if (!settled) {
    return { outcome: 'notMatchedYet', answer: 'It has not been matched yet, or what came of it is being recorded.' };
  }
  return { outcome: 'none', answer: 'It was not sent, although every condition holds now.' };
}

function ending({ state, attempts, lastAttemptAt, lastStatus, reason }: DeliveryRow): string {
  const times = attempts === 1 ? 'the first attempt' : `${attempts} attempts`;
  if (state === 'delivered') {
    const when = lastAttemptAt === null ? '' : ` at ${isoTime(lastAttemptAt)}`;
    return `It was delivered${when} with ${times}: the receiver answered ${lastStatus}.`;
  }
  if (state === 'dropped') return `It was dropped: ${reason}`;
  return `It was given up after ${times}: ${reason}`;
}

function waiting({ attempts, dueAt, reason }: DeliveryRow, active: boolean): string {
  const after = attempts === 0 ? '' : ` after ${attempts === 1 ? 'one attempt' : `${attempts} attempts`}`;
  if (!active) return `It matched, and waits${after} until the webhook is active again.`;
  if (dueAt === null) return 'It matched, and waits for an earlier delivery of its room.';
  return attempts === 0 ? `It matched. ${reason}` : `It matched, and waits${after} until ${isoTime(dueAt)}. ${reason}`;
}
