import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Child } from './child.ts';
import type { Notice } from './notice.ts';
import type { BareUndici } from './processes/bare-undici.ts';
import type { CannedReceiver } from './processes/canned-receiver.ts';
import type { SenderProcess } from './processes/sender.ts';
import { spread, type Spread } from './statistics.ts';

// What a request costs the sender alone, beside the bare undici loop, and what threads make of it:
// `node scripts/run.js node bench/sender.ts`.

/** Requests at the same time. */
const CONNECTIONS = 64;
/** While threads are measured: enough for all of them. */
const MANY_CONNECTIONS = 128;
/** Of each kind: what the compiler makes of the same code differs by a fifth from process to process. */
const PROCESSES = 3;

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, profile: { type: 'string' } } });
const { rounds, seconds } = values.quick ? { rounds: 2, seconds: 0.3 } : { rounds: 8, seconds: 0.6 };

type Subject = Pick<Child<BareUndici>, 'ask'>;

/** CPU time for each request, in microseconds. */
async function cpuOf(subject: Subject, notice: Notice): Promise<number> {
  const before = await subject.ask('cpuSeconds');
  const { delivered } = await subject.ask('loop', notice, { connections: CONNECTIONS, seconds });
  return (((await subject.ask('cpuSeconds')) - before) / delivered) * 1e6;
}

function startAll<T>(start: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: PROCESSES }, start));
}

const receiver = await Child.start<CannedReceiver>('./processes/canned-receiver.ts');
const bare = await startAll(() => Child.start<BareUndici>('./processes/bare-undici.ts'));
const ours = await startAll(() => Child.start<SenderProcess>('./processes/sender.ts'));
const measured = await Child.start<SenderProcess>('./processes/sender.ts');
const notice = noticeTo(await receiver.ask('listen'));
for (const subject of [...bare, ...ours]) await cpuOf(subject, notice);

if (values.profile !== undefined) await ours[0]?.ask('startProfile');
const costs = { bare: [] as number[], ours: [] as number[] };
for (let round = 1; round <= rounds; round++) {
  console.error(`… round ${round} of ${rounds}`);
  for (const subject of bare) costs.bare.push(await cpuOf(subject, notice));
  for (const subject of ours) costs.ours.push(await cpuOf(subject, notice));
}
if (values.profile !== undefined) await ours[0]?.ask('stopProfile', values.profile);

const byThreads = [0, 1, 2].map((threads) => ({
  threads,
  perSecond: [] as number[],
  mainCpu: [] as number[],
  ceiling: [] as number[],
}));
for (let round = 0; round <= rounds; round++) {
  console.error(`… threads, round ${round} of ${rounds}`);
  for (const { threads, perSecond, mainCpu, ceiling } of byThreads) {
    const effort = { connections: MANY_CONNECTIONS, seconds, threads };
    const { delivered, ms, cpu } = await measured.ask('loop', notice, effort);
    // In the first round threads start.
    if (round === 0) continue;
    perSecond.push((delivered / ms) * 1e3);
    mainCpu.push((cpu.main / delivered) * 1e6);
    ceiling.push(delivered / Math.max(cpu.main, (cpu.all - cpu.main) / Math.max(1, threads)));
  }
}
await Promise.all([receiver, measured, ...bare, ...ours].map((child) => child.end()));

const [undici, sender] = [spread(costs.bare), spread(costs.ours)];
console.log(`\nCPU of a request in microseconds, ${CONNECTIONS} at a time: median (least to most)`);
console.log(`  undici request + dump  ${asText(undici)}`);
console.log(`  Sender.send            ${asText(sender)}`);
console.log(
  `  ratio of the medians   ${ratio(costs.ours, costs.bare)}, of the least ${(sender.least / undici.least).toFixed(2)}`,
);

console.log(`\nRequests a second on ${availableParallelism()} cores, ${MANY_CONNECTIONS} at a time`);
for (const { threads, perSecond, mainCpu, ceiling } of byThreads) {
  console.log(`  ${threads} threads  ${asText(spread(perSecond), 0)}`);
  console.log(`    CPU of the main thread for each, in microseconds  ${asText(spread(mainCpu))}`);
  console.log(`    if the busiest thread had a core to itself        ${asText(spread(ceiling), 0)}`);
}
const [, one, two] = byThreads;
console.log(`  two against one                   ${ratio(two?.perSecond, one?.perSecond)}`);
console.log(`  two against one, a core for each  ${ratio(two?.ceiling, one?.ceiling)}`);

function ratio(above: readonly number[] = [], below: readonly number[] = []): string {
  return (spread(above).median / spread(below).median).toFixed(2);
}

function asText({ median, least, most }: Spread, digits = 1): string {
  return `${median.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

/** As Hearth sends them: the headers of the sender and of the courier, a body of the usual length. */
function noticeTo(url: string): Notice {
  const id = 'Y2lzY29zcGFyazovL3VzL01FU1NBR0UvMDE5MmY1YzAtNzJkZi03ZjNhLTgxYjItNWQ0ZTZmN2E4Yjlj';
  const uuid = '0192f5c0-72df-7f3a-81b2-5d4e6f7a8b9c';
  const created = '2016-07-19T12:00:00.000Z';
  const data = { id, roomId: id, roomType: 'group', personId: id, personEmail: 'bob@acme.example', created };
  const webhook = { id, name: 'My webhook', filter: `roomId=${id}`, orgId: id, createdBy: id, appId: id };
  return {
    url,
    headers: {
      'content-type': 'application/json',
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'Hearth/bench',
      trackingid: `HEARTH_${uuid}`,
      'x-hearth-delivery-id': uuid,
      'x-hearth-attempt': '1',
      'x-hearth-sequence': '123456',
      'webhook-id': uuid,
      'webhook-timestamp': '1468929600',
      'webhook-signature': `v1,${'a'.repeat(43)}=`,
      'x-spark-signature': 'a'.repeat(40),
    },
    body: JSON.stringify({ ...webhook, targetUrl: url, status: 'active', created, actorId: id, data }),
  };
}
