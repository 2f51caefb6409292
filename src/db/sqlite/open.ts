import type { Database } from '../database.ts';
import { migrate } from '../migrations/index.ts';
import { asReader, openConnection, type SqliteOptions } from './connection.ts';
import { UnitOfWork } from './unit-of-work.ts';

/** Opens the file, brings its schema up to date and keeps one connection for writing and one for reading. */
export async function openSqlite(options: SqliteOptions): Promise<Database> {
  const writing = openConnection(options, false);
  try {
    await migrate(writing.query);
  } catch (error) {
    writing.close();
    throw error;
  }
  const reading = openConnection(options, true);
  const unitOfWork = new UnitOfWork(writing);
  return {
    reader: asReader(reading),
    write: (work) => unitOfWork.run(work),
    async close() {
      await unitOfWork.idle();
      reading.close();
      writing.close();
    },
  };
}
