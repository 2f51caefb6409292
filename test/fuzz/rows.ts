import { DatabaseSync } from 'node:sqlite';
import path from 'node:path';
import type { TestServer } from '../support/server.ts';

/** What the server writes by itself, while it answers others; of files also what a refused upload leaves until it is swept. */
const behindTheScenes = ['deliveries', 'attempts', 'logPositions', 'formerWebhooks', 'files'];

/** Counts the rows of the tables as a second process sees them: what has been committed. */
export class Rows implements Disposable {
  readonly #db: DatabaseSync;
  readonly #count: ReturnType<DatabaseSync['prepare']>;

  constructor({ folder }: TestServer) {
    this.#db = new DatabaseSync(path.join(folder, 'hearth.db'), { readOnly: true });
    const tables = this.#db.prepare(`select name from sqlite_schema where type = 'table'`).all();
    const columns = tables
      .map(({ name }) => String(name))
      .filter((name) => !behindTheScenes.includes(name) && !name.startsWith('sqlite_'))
      .map((name) => `(select count(*) from "${name}") as "${name}"`);
    this.#count = this.#db.prepare(`select ${columns.join(', ')}`);
  }

  get counts(): Record<string, unknown> {
    return { ...this.#count.get() };
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}
