import { StoreUnavailableError, type Writer } from '../database.ts';
import type { Disk } from './disk.ts';
import type { Group, Operation } from './group.ts';
import type { Meter } from './meter.ts';
import type { Outage } from './outage.ts';

/**
 * Operations that come while the disk is waited for make a group of their own when they are so many; fewer wait for each
 * other until the disk is done, because every commit has its price.
 */
const PLENTY = 16;

/** A group that is committed, and how to tell its callers. */
interface Commit {
  operations: readonly Operation[];
  answers: readonly (() => void)[];
  beganAt: number;
}

/**
 * Group commit. SQLite takes one writer, and a durable commit waits for the disk, so the operations that arrive together
 * share one commit and one wait. The disk is waited for off the event loop, and not at all when nobody asks for it; the
 * next groups are committed meanwhile. Everybody is answered in the order of the commits, after a sync that began later
 * than the commit.
 */
export class UnitOfWork {
  readonly #group: Group;
  readonly #disk: Disk;
  readonly #outage: Outage;
  readonly #meter: Meter;
  #queue: Operation[] = [];
  #unanswered: Commit[] = [];
  #running: Promise<void> | undefined;
  #failure: StoreUnavailableError | undefined;
  #onPlenty: () => void = () => {};

  constructor(group: Group, disk: Disk, outage: Outage, meter: Meter) {
    this.#group = group;
    this.#disk = disk;
    this.#outage = outage;
    this.#meter = meter;
  }

  run<T>(work: (tx: Writer) => Promise<T>, durable: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const perform = async (tx: Writer) => {
        const value = await work(tx);
        return () => resolve(value);
      };
      this.#queue.push({ perform, fail: reject, durable });
      if (this.#queue.length >= PLENTY) this.#onPlenty();
      this.#running ??= this.#drain();
    });
  }

  async probe(): Promise<void> {
    await this.run(async () => this.#group.touch(), true);
    if (this.#outage.reason) throw this.#outage.reason;
  }

  /** Resolves when nothing is queued, under way or unanswered. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length + this.#unanswered.length > 0) {
        // Everything that the present turn of the event loop brings in joins the same commit.
        await new Promise(setImmediate);
        await this.#commit();
        await this.#confirm();
      }
    } finally {
      this.#running = undefined;
    }
  }

  /** One commit of what is queued. */
  async #commit(): Promise<void> {
    const operations = this.#queue;
    if (operations.length === 0) return;
    this.#queue = [];
    const beganAt = performance.now();
    try {
      if (this.#failure) throw this.#failure;
      this.#unanswered.push({ operations, answers: await this.#group.commit(operations), beganAt });
    } catch (error) {
      this.#fail(operations, asUnavailable(error));
    }
  }

  /** Answers what is committed, when it is on the disk. */
  async #confirm(): Promise<void> {
    const commits = this.#unanswered;
    this.#unanswered = [];
    if (commits.some(isDurable)) await this.#sync();
    for (const commit of commits) {
      if (this.#failure) this.#fail(commit.operations, this.#failure);
      else this.#succeed(commit);
    }
  }

  /**
   * Waits for the disk; commits meanwhile. After a sync that failed nobody knows what is on the disk, and a second try may
   * lie (the kernel has dropped the pages). So that was the last one, until the next start takes what it finds whole.
   */
  async #sync(): Promise<void> {
    if (this.#failure) return;
    this.#meter.syncs += 1;
    const synced = this.#disk.sync().catch((cause: unknown) => {
      this.#failure = unconfirmed(cause);
    });
    while ((await Promise.race([synced, this.#plenty()])) === 'plenty') await this.#commit();
  }

  /** Resolves when operations enough for a group of their own are queued. */
  #plenty(): Promise<'plenty'> {
    return new Promise((resolve) => {
      this.#onPlenty = () => resolve('plenty');
    });
  }

  #succeed({ operations, answers, beganAt }: Commit): void {
    this.#outage.worked();
    this.#meter.committed(operations.length, performance.now() - beganAt);
    for (const answer of answers) answer();
  }

  #fail(operations: readonly Operation[], error: StoreUnavailableError): void {
    this.#outage.failed(error);
    for (const { fail } of operations) fail(error);
  }
}

function isDurable({ operations }: Commit): boolean {
  return operations.some(({ durable }) => durable);
}

function unconfirmed(cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError(
    'The disk did not confirm a write, so nobody knows whether it is there: nothing is written until a restart.',
    { cause },
  );
}

function asUnavailable(error: unknown): StoreUnavailableError {
  if (error instanceof StoreUnavailableError) return error;
  return new StoreUnavailableError('The store cannot be written to.', { cause: error });
}
