import type { Overrides } from '../../src/app.ts';
import type { Database, Writer } from '../../src/db/index.ts';

/** Where the process dies, in the order of an event's way. */
export const points = [
  /** A change and its event are written, and not committed. */
  'before commit',
  /** They are durable, and nobody has been told. */
  'after commit',
  /** Some of an event's matches have not been sent. */
  'before request',
  'in request',
  /** The receiver has answered, and nothing is recorded. */
  'after response',
  /** Some of the outcomes of a batch are written, and not committed. */
  'in batch',
  /** Whenever the parent likes. */
  'any moment',
] as const;
export type Point = (typeof points)[number];

/** Ends the process the `passes`-th time that it comes to the point. Nothing is closed, nothing is flushed. */
export function dieAt(point: Point, passes: number): Pick<Overrides, 'wrapStore' | 'wrapSender'> {
  let left = passes;
  const pass = (reached: Point): void => {
    if (reached !== point) return;
    left -= 1;
    if (left <= 0) process.kill(process.pid, 'SIGKILL');
  };
  return {
    wrapStore: (db: Database) => ({
      ...db,
      reader: db.reader,
      async write(work) {
        const value = await db.write(async (tx) => {
          const done = await work(tx);
          pass('before commit');
          return done;
        });
        pass('after commit');
        return value;
      },
      writeRepeatable: (work) =>
        db.writeRepeatable((tx) => {
          const counted: Writer = {
            ...tx,
            async run(statement, rows) {
              for (const row of rows) {
                await tx.run(statement, [row]);
                pass('in batch');
              }
            },
          };
          return work(counted);
        }),
    }),
    wrapSender: (sender) => ({
      async send(request) {
        pass('before request');
        if (point === 'in request') setTimeout(() => pass('in request'), 3);
        const outcome = await sender.send(request);
        pass('after response');
        return outcome;
      },
    }),
  };
}
