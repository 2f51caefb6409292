import path from 'node:path';
import { Worker } from 'node:worker_threads';

/** Copies the write-ahead log into the database on a thread of its own, so that no commit waits for it. */
export class Checkpointer {
  readonly #worker: Worker;

  constructor(databaseFile: string) {
    // The sources run as they are, the build as .js: the thread's file has the ending of this one.
    const script = new URL(`./checkpoint-thread${path.extname(import.meta.filename)}`, import.meta.url);
    this.#worker = new Worker(script, { workerData: databaseFile });
    this.#worker.unref();
  }

  /** Ends after the checkpoint that is under way. */
  async close(): Promise<void> {
    this.#worker.ref();
    await this.#worker.terminate();
  }
}
