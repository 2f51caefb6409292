import type { ServerResponse } from 'node:http';
import type { TestServer } from '../support/server.ts';

export function rows(server: TestServer) {
  return server.app.db.reader.query.selectFrom('deliveries').selectAll().orderBy('id').execute();
}

type Row = Awaited<ReturnType<typeof rows>>[number];

/** Resolves when there are deliveries and all of them look like this. */
export async function recorded(server: TestServer, expected: Partial<Row>): Promise<void> {
  const fits = (row: Row) => Object.entries(expected).every(([key, value]) => row[key as keyof Row] === value);
  await until(async () => {
    const found = await rows(server);
    return found.length > 0 && found.every(fits);
  });
}

/** Lets the program go on until this holds. Does not sleep: a test that waits in vain ends at its time limit. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise(setImmediate);
}

/** Keeps every response open until it is told to answer. */
export function holding() {
  const held: ServerResponse[] = [];
  return {
    held,
    answer: (response: ServerResponse) => void held.push(response),
    /** Answers all of them. */
    release: (status = 200) => {
      for (const response of held.splice(0)) response.writeHead(status).end();
    },
  };
}
