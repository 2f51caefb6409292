import { onTestFinished } from 'vitest';
import { derivedUuid } from '../../../src/core/ids.ts';
import { createToken } from '../../../src/people/index.ts';
import type { TestServer } from '../../support/server.ts';
import { ClientProgram } from '../client-program.ts';

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
  modules: Readonly<Record<string, string>>;
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

type FromChild = { kind: 'people'; count: number } | { kind: 'ended'; outcomes: Outcome[] };

/** Runs a client's tests against the server; resolves when all have ended. */
export async function runSuite(server: TestServer, plan: Plan, env: Record<string, string>): Promise<Outcome[]> {
  const program = new ClientProgram<FromChild>(new URL('run.ts', import.meta.url), {
    args: [JSON.stringify(plan)],
    cwd: plan.cwd,
    env: { HYDRA_SERVICE_URL: `${server.url}/v1`, U2C_SERVICE_URL: `${server.url}/u2c/api/v1`, ...env },
  });
  program.onReport((report) => {
    if (report.kind === 'people') void bring(report.count);
  });
  async function bring(count: number): Promise<void> {
    program.send({ kind: 'people', people: await newPeople(server, count) } satisfies NewPeople);
  }
  return (await program.reported({ kind: 'ended' })).outcomes;
}

let made = 0;

/** People of one organization, with tokens as Hearth makes them. */
async function newPeople(server: TestServer, count: number): Promise<TestUser[]> {
  const users: TestUser[] = [];
  for (let left = count; left > 0; left -= 1) users.push(await newPerson(server, 'acme.example', 'person'));
  return users;
}

export async function newPerson(server: TestServer, domain: string, type: 'person' | 'bot'): Promise<TestUser> {
  const id = derivedUuid('client suites', String((made += 1)));
  const [name, email] = [`Tester ${made}`, `tester${made}@${domain}`];
  const now = server.clock.now();
  const token = await server.app.db.write(async (tx) => {
    const { id: orgId } = await tx.query
      .selectFrom('organizations')
      .select('id')
      .where('displayName', '=', 'acme')
      .executeTakeFirstOrThrow();
    const names = type === 'person' ? { firstName: 'Tester', lastName: String(made) } : {};
    const row = {
      uuid: id,
      orgId,
      email,
      displayName: name,
      ...names,
      type,
      roles: '',
      createdAt: now,
      modifiedAt: now,
    };
    const { id: personId } = await tx.query.insertInto('people').values(row).returning('id').executeTakeFirstOrThrow();
    return createToken(tx, { personId, now });
  });
  const asTheyKnowIt = {
    access_token: token,
    token_type: 'Bearer' as const,
    expires_in: 43_200,
    refresh_token: 'none',
  };
  return { id, name, displayName: name, email, emailAddress: email, token: asTheyKnowIt };
}

/** Lets the server's clock go with the time of day: clients compare the two. */
export function runClock({ clock }: TestServer): void {
  const catchUp = (): void => clock.advance(Date.now() - clock.now());
  clock.leap(Date.now() - clock.now());
  const ticking = setInterval(catchUp, 5);
  onTestFinished(() => clearInterval(ticking));
}
