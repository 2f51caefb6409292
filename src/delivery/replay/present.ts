import type { Replay } from '../../contract/index.ts';
import { isoTime } from '../../core/clock.ts';
import { publicId } from '../../core/ids.ts';
import type { ReplayRecord } from './store.ts';

/** `webhookActive`: a running replay of an inactive webhook rests. */
export function presentReplay(replay: ReplayRecord, webhookActive: boolean): Replay {
  const { state, reachedAt } = replay;
  return {
    id: replay.uuid,
    webhookId: publicId('WEBHOOK', replay.webhookUuid),
    createdBy: publicId('PEOPLE', replay.creatorUuid),
    kind: replay.kind,
    state: state === 'running' && !webhookActive ? 'resting' : state,
    ...(replay.filter !== null && { filter: replay.filter }),
    fromSequence: replay.fromEvent + 1,
    untilSequence: replay.untilEvent,
    ...(replay.total !== null && { total: replay.total }),
    replayed: replay.replayed,
    delivered: replay.delivered,
    failed: replay.failed,
    waiting: replay.waiting,
    pace: replay.pace,
    ...(reachedAt !== null && { position: isoTime(reachedAt) }),
    created: isoTime(replay.createdAt),
    updated: isoTime(replay.updatedAt),
  };
}
