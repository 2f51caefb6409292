import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { startServer } from '../support/server.ts';

/** Neither finding a file nor finding what is to be removed looks at the files of others. */

test('every question about files is answered by an index', async () => {
  const server = await startServer();
  const db = new DatabaseSync(path.join(server.folder, 'hearth.db'), { readOnly: true });
  const plan = (sql: string) =>
    db
      .prepare(`explain query plan ${sql}`)
      .all()
      .map(({ detail }) => String(detail))
      .join('; ');
  try {
    expect(plan('select uuid, size, sealed from files where "messageId" = 1 and position = 0')).toMatch(
      /^SEARCH files USING INDEX \S+ \("?messageId"?=\? AND position=\?\)$/,
    );
    expect(plan('select id, uuid from files where "messageId" is null and id > 0 order by id limit 100')).toMatch(
      /^SEARCH files USING INDEX \S+ \("?messageId"?=\?\)/,
    );
    // What deleting a message asks, for `on delete set null`.
    expect(plan('select id from files where "messageId" = 1')).toMatch(/^SEARCH files USING COVERING INDEX/);
  } finally {
    db.close();
  }
});
