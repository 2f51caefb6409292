import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFailed, onTestFinished } from 'vitest';
import { derivedUuid } from '../../../src/core/ids.ts';
import { createToken } from '../../../src/people/index.ts';
import type { TestServer } from '../../support/server.ts';

/** What the program of run.ts is to do. */
export interface Plan {
  /** Absolute paths. */
  files: string[];
  /** The folder of the client's tests; redirections hold for it. */
  tests: string;
  /** Where they are to run. */
  cwd: string;
  /** package.json of the folder with mocha and the like. */
  runner: string;
  /** In place of what the tests ask for: absolute paths by specifier. */
  modules: Record<string, string>;
  timeoutMs: number;
}

export interface Outcome {
  title: string;
  state: 'passed' | 'failed' | 'skipped' | 'not run';
  error?: string;
}

/** As the clients' tests know them. */
export interface TestUser {
  /** The bare UUID. */
  id: string;
  name: string;
  displayName: string;
  email: string;
  emailAddress: string;
  token: { access_token: string; token_type: 'Bearer'; expires_in: number; refresh_token: string };
}

export interface NewPeople {
  kind: 'people';
  people: TestUser[];
}

type FromChild = { kind: 'people'; count: number } | { kind: 'ended'; outcomes: Outcome[] } | { kind: 'refused'; host: string };

const here = path.dirname(fileURLToPath(import.meta.url));

/** Runs a client's tests against the server; resolves when all have ended. */
export async function runSuite(server: TestServer, plan: Plan, env: Record<string, string>): Promise<Outcome[]> {
  const child = fork(path.join(here, 'run.ts'), [JSON.stringify(plan)], {
    // Nothing of this process's environment: a proxy there would be a way out.
    cwd: plan.cwd,
    env: { HYDRA_SERVICE_URL: `${server.url}/v1`, U2C_SERVICE_URL: `${server.url}/u2c/api/v1`, ...env },
    execArgv: ['--import', new URL('../loopback-only.ts', import.meta.url).href],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => output.push(chunk));
  onTestFailed(() => void process.stderr.write(Buffer.concat(output)));
  onTestFinished(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  return new Promise((resolve, reject) => {
    child.on('exit', () => reject(new Error('The tests have ended before their time.')));
    child.on('message', (message: FromChild) => {
      if (message.kind === 'ended') resolve(message.outcomes);
      if (message.kind === 'people') {
        void newPeople(server, message.count).then((people) => child.send({ kind: 'people', people } satisfies NewPeople));
      }
    });
  });
}

let made = 0;

/** People of one organization, with tokens as Hearth makes them. */
export async function newPeople(server: TestServer, count: number, domain = 'acme.example'): Promise<TestUser[]> {
  const users: TestUser[] = [];
  for (let left = count; left > 0; left -= 1) users.push(await newPerson(server, domain, 'person'));
  return users;
}

export async function newPerson(server: TestServer, domain: string, type: 'person' | 'bot'): Promise<TestUser> {
  const id = derivedUuid('client suites', String((made += 1)));
  const [name, email] = [`Tester ${made}`, `tester${made}@${domain}`];
  const now = server.clock.now();
  const token = await server.app.db.write(async (tx) => {
    const { id: orgId } = await tx.query.selectFrom('organizations').select('id').where('displayName', '=', 'acme').executeTakeFirstOrThrow();
    const names = type === 'person' ? { firstName: 'Tester', lastName: String(made) } : {};
    const row = { uuid: id, orgId, email, displayName: name, ...names, type, roles: '', createdAt: now, modifiedAt: now };
    const { id: personId } = await tx.query.insertInto('people').values(row).returning('id').executeTakeFirstOrThrow();
    return createToken(tx, { personId, now });
  });
  const asTheyKnowIt = { access_token: token, token_type: 'Bearer' as const, expires_in: 43_200, refresh_token: 'none' };
  return { id, name, displayName: name, email, emailAddress: email, token: asTheyKnowIt };
}

/** Lets the server's clock go with the time of day: clients compare the two. */
export function runClock({ clock }: TestServer): void {
  const catchUp = (): void => clock.advance(Date.now() - clock.now());
  clock.leap(Date.now() - clock.now());
  const ticking = setInterval(catchUp, 5);
  onTestFinished(() => clearInterval(ticking));
}

/** Each test by its name and how it ended, against the record; `npm test -- -u` writes the record anew. */
export async function compareToRecord(client: string, outcomes: readonly Outcome[]): Promise<void> {
  const lines = outcomes.map(({ title, state }) => `${state}: ${title}\n`);
  await expect(lines.join('')).toMatchFileSnapshot(`./records/${client}.txt`);
}
