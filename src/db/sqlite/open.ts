import { systemClock, type Clock } from '../../core/clock.ts';
import type { Database } from '../database.ts';
import { migrate } from '../migrations/index.ts';
import { openConnection, type SqliteOptions } from './connection.ts';
import { noDisk, openWriteAheadLog } from './disk.ts';
import { Group } from './group.ts';
import { Meter } from './meter.ts';
import { Outage } from './outage.ts';
import { UnitOfWork } from './unit-of-work.ts';

/** Opens the file, brings its schema up to date and keeps one connection for writing and one for reading. */
export async function openSqlite(options: SqliteOptions, clock: Clock = systemClock): Promise<Database> {
  const meter = new Meter();
  const writing = openConnection(options, false, meter);
  try {
    await migrate(writing.query);
  } catch (error) {
    writing.close();
    throw error;
  }
  const reading = openConnection(options, true, meter);
  const disk = options.durability === 'full' ? await openWriteAheadLog(options.file) : noDisk;
  const outage = new Outage(clock);
  const group = new Group(writing, outage);
  const unitOfWork = new UnitOfWork(group, disk, outage, meter);
  // Between two groups the writing connection, too, sees exactly what is committed, and from a warm cache: each
  // commit empties the cache of the other one.
  const atRest = () => (group.open ? reading : writing);
  return {
    reader: {
      query: reading.query,
      all: async (...call) => atRest().all(...call),
      first: async (...call) => atRest().first(...call),
    },
    probe: () => unitOfWork.probe(),
    onOutage: (listener) => outage.onChange(listener),
    stats: meter,
    onCommit: (listener) => meter.onCommit(listener),
    write: (work) => unitOfWork.run(work, true),
    writeRepeatable: (work) => unitOfWork.run(work, false),
    async close() {
      await unitOfWork.idle();
      await disk.close();
      reading.close();
      writing.close();
    },
  };
}
