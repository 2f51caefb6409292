/**
 * A server for tests that kill it: `node test/crash/server.ts FOLDER PORT SLOTS`. Real clock, real disk. Sends its port
 * to the parent when it listens; the first start on a folder adds the people of the tests.
 */
import { createHash } from 'node:crypto';
import { createApp } from '../../src/app.ts';
import { addPeople, testOptions } from '../support/people-and-options.ts';

const [folder = '', port = '0', slots = '64'] = process.argv.slice(2);
const options = testOptions(folder);
const app = await createApp({
  ...options,
  http: { ...options.http, port: Number(port) },
  store: { ...options.store, durability: 'full' },
  masterKeys: [createHash('sha256').update('a key that survives the kill').digest()],
  delivery: { ...options.delivery, limits: { ...options.delivery.limits, slots: Number(slots) } },
});
const someone = await app.db.reader.query.selectFrom('people').select('id').limit(1).execute();
if (someone.length === 0) await addPeople(app);
const listening = await app.listen();
process.send?.(listening.port);
