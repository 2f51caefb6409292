import { statement, type Reader } from '../db/index.ts';

/** The position of the newest event that happened before `time` (ms); 0 when none did. */
export async function newestEventBefore(reader: Reader, time: number): Promise<number> {
  return (await reader.first(newestBefore, { time }))?.id ?? 0;
}

const newestBefore = statement<{ time: number }>()((db, param) =>
  db
    .selectFrom('events')
    .select('id')
    .where('createdAt', '<', param('time'))
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1),
);
