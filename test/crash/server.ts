/**
 * A server for tests that kill it: `node test/crash/server.ts FOLDER PORT SLOTS [POINT PASSES]`. Real clock, real disk.
 * Sends its port to the parent when it listens; the first start on a folder adds the people of the tests. With a point it
 * ends itself there.
 */
import { createHash } from 'node:crypto';
import { createApp, type AppOptions } from '../../src/app.ts';
import { parseSchedule } from '../../src/delivery/schedule.ts';
import { addPeople, testOptions } from '../support/people-and-options.ts';
import { dieAt, type Point } from './faults.ts';

const [folder = '', port = '0', slots = '64', point, passes] = process.argv.slice(2);
const options = testOptions(folder);
const faults = point === undefined ? {} : dieAt(point as Point, Number(passes));
const settings: AppOptions = {
  ...options,
  http: { ...options.http, port: Number(port) },
  store: { ...options.store, durability: 'full' },
  masterKeys: [createHash('sha256').update('a key that survives the kill').digest()],
  delivery: {
    ...options.delivery,
    schedule: parseSchedule('0s,100ms,200ms,400ms'),
    disabling: { failures: 0, windowMs: 1_000 },
    limits: { ...options.delivery.limits, slots: Number(slots) },
  },
};
const app = await createApp(settings, faults);
const someone = await app.db.reader.query.selectFrom('people').select('id').limit(1).execute();
if (someone.length === 0) await addPeople(app);
const listening = await app.listen();
process.send?.(listening.port);
