import type { Replay, ReplayCreate, ReplayPreview, ReplaysQuery } from '../../contract/index.ts';
import type { Caller } from '../../core/caller.ts';
import type { Clock } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import type { Database, Reader } from '../../db/index.ts';
import type { ReplayState } from '../../db/schema.ts';
import { newestEventBefore } from '../../eventlog/index.ts';
import { bodyKey, keyset, mapPage, type Page } from '../../http/index.ts';
import { mustBeThere } from '../../people/index.ts';
import { mayLookInto, parseFilter, type ActiveWebhook, type WebhookRegistry } from '../../webhooks/index.ts';
import type { Choice } from './candidates.ts';
import { presentReplay } from './present.ts';
import type { Replayer } from './replayer.ts';
import { findRecord, newestEvent, newestRecords, updateReplay, webhookKey, type ReplayRecord } from './store.ts';

export interface ReplayServiceParts {
  db: Database;
  clock: Clock;
  registry: WebhookRegistry;
  replayer: Replayer;
}

/** What a client may do with a replay: from which states, and to which. */
const actions = {
  pause: { from: ['running'], to: 'paused' },
  resume: { from: ['paused'], to: 'running' },
  cancel: { from: ['running', 'paused'], to: 'cancelled' },
} as const satisfies Record<string, { from: readonly ReplayState[]; to: ReplayState }>;
export type ReplayAction = keyof typeof actions;

const newestFirst = keyset('replays', 'number');

/** Replays, for those who may ask for them. */
export class ReplayService {
  readonly #parts: ReplayServiceParts;

  constructor(parts: ReplayServiceParts) {
    this.#parts = parts;
  }

  async list(caller: Caller, { webhookId, cursor, max }: ReplaysQuery): Promise<Page<Replay>> {
    const { reader } = this.#parts.db;
    const webhook = await this.#webhookOf(caller, webhookId);
    const [before] = newestFirst.after(cursor) ?? [];
    const rows = await newestRecords(reader, { webhookId: webhook.id, before, limit: max + 1 });
    return mapPage(
      newestFirst.page(rows, max, ({ id }) => [id]),
      (replay) => presentReplay(replay, webhook.status === 'active'),
    );
  }

  async get(caller: Caller, id: string): Promise<Replay> {
    return this.#present(await this.#find(this.#parts.db.reader, caller, id));
  }

  /** What there is to send is counted before: a large log takes a moment. */
  async create(caller: Caller, body: ReplayCreate): Promise<Replay> {
    const { db, replayer } = this.#parts;
    const choice = await this.#choose(caller, body);
    const { count, complete } = await replayer.count(choice);
    const uuid = await db.write(async (tx) => {
      await mustBeThere(tx, caller);
      if ((await webhookKey(tx, choice.webhook.uuid)) === undefined) throw new ApiError('webhookNotFound');
      return replayer.create(tx, {
        webhookId: choice.webhook.id,
        creatorId: caller.personId,
        kind: choice.kind,
        fromEvent: choice.after,
        untilEvent: choice.until,
        filter: body.filter || null,
        total: complete ? count : null,
      });
    });
    return this.get(caller, uuid);
  }

  async preview(caller: Caller, body: ReplayCreate): Promise<ReplayPreview> {
    return this.#parts.replayer.count(await this.#choose(caller, body));
  }

  /** Throws `replayStateUnfit` when it makes no sense. What was brought back already takes its course. */
  async change(caller: Caller, id: string, action: ReplayAction): Promise<Replay> {
    const { db, clock, replayer } = this.#parts;
    const { from, to } = actions[action];
    await db.write(async (tx) => {
      const replay = await this.#find(tx, caller, id);
      if (!from.some((state) => state === replay.state)) {
        throw new ApiError('replayStateUnfit', { action, state: replay.state });
      }
      await updateReplay(tx, replay.id, { state: to }, clock.now());
      tx.afterCommit(() => replayer.goOn(replay.id));
    });
    return this.get(caller, id);
  }

  /** The events that the body asks for; times become positions of the log. */
  async #choose(caller: Caller, body: ReplayCreate): Promise<Choice> {
    const { reader } = this.#parts.db;
    const webhook = await this.#webhookOf(caller, body.webhookId);
    const filter = parseFilter(webhook.resource, body.filter ?? '', webhook.ownerUuid);
    const newest = await newestEvent(reader);
    let { untilSequence: until = newest } = body;
    if (body.until !== undefined) until = await newestEventBefore(reader, Date.parse(body.until) + 1);
    const after = await startOf(reader, webhook, body);
    return { kind: body.kind, webhook, filter, after: Math.min(after, newest), until: Math.min(until, newest) };
  }

  /** Somebody else's webhook is not there (ERR-5). */
  async #webhookOf(caller: Caller, id: string): Promise<ActiveWebhook> {
    const { db, registry } = this.#parts;
    const key = await webhookKey(db.reader, bodyKey('WEBHOOK', id));
    const webhook = key === undefined ? undefined : registry.get(key);
    if (!webhook || !mayLookInto(caller, webhook)) throw new ApiError('webhookNotFound');
    return webhook;
  }

  async #find(reader: Reader, caller: Caller, id: string): Promise<ReplayRecord> {
    const replay = await findRecord(reader, id.toLowerCase());
    const webhook = replay && this.#parts.registry.get(replay.webhookId);
    if (!webhook || !mayLookInto(caller, webhook)) throw new ApiError('replayNotFound');
    return replay;
  }

  #present(replay: ReplayRecord): Replay {
    return presentReplay(replay, this.#parts.registry.get(replay.webhookId)?.status === 'active');
  }
}

/** The position after which the events begin. Failed deliveries are looked for from the beginning unless told otherwise. */
async function startOf(
  reader: Reader,
  { disabledAfter }: ActiveWebhook,
  { kind, since, fromSequence }: ReplayCreate,
): Promise<number> {
  if (since !== undefined) return newestEventBefore(reader, Date.parse(since));
  if (fromSequence !== undefined) return fromSequence - 1;
  if (kind === 'failed') return 0;
  if (kind === 'missed' && disabledAfter !== null) return disabledAfter;
  throw new ApiError('replayStartMissing');
}
