import { createRequire } from 'node:module';
import type { Outcome, Plan } from './suite.ts';
import { redirectImports } from './redirect.ts';

/**
 * The program that runs a client's own mocha tests: a process of its own, since clients read the environment and change
 * globals while they are loaded. The plan comes as its argument, each test's outcome goes to the parent.
 */

interface MochaTest {
  type: 'test' | 'hook';
  state?: 'passed' | 'failed';
  pending: boolean;
  fullTitle(): string;
}

interface MochaSuite {
  eachTest(visit: (test: MochaTest) => void): void;
}

interface Mocha {
  suite: MochaSuite;
  addFile(file: string): void;
  /** With `require`, which the redirections hold for. */
  loadFiles(): void;
  run(done: () => void): { on(event: 'fail', listener: (test: MochaTest, error: unknown) => void): void };
}

const plan = JSON.parse(process.argv[2] ?? '{}') as Plan;
redirectImports(plan);
const Mocha = createRequire(plan.runner)('mocha') as new (options: { timeout: number; reporter: unknown }) => Mocha;
// The outcomes are all that is wanted.
const mocha = new Mocha({ timeout: plan.timeoutMs, reporter: function silent() {} });
for (const file of plan.files) mocha.addFile(file);
mocha.loadFiles();

const errors = new Map<MochaTest, string>();
const failedHooks: Outcome[] = [];
mocha
  .run(() => {
    const outcomes: Outcome[] = [];
    mocha.suite.eachTest((test) => outcomes.push({ title: test.fullTitle(), ...outcomeOf(test) }));
    process.send?.({ kind: 'ended', outcomes: [...outcomes, ...failedHooks] }, () => process.exit());
  })
  .on('fail', (test, error) => {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (test.type === 'hook') failedHooks.push({ title: test.fullTitle(), state: 'failed', error: message });
    else errors.set(test, message);
  });

function outcomeOf(test: MochaTest): Pick<Outcome, 'state' | 'error'> {
  if (test.pending) return { state: 'skipped' };
  const error = errors.get(test);
  if (error !== undefined) return { state: 'failed', error };
  return { state: test.state === 'passed' ? 'passed' : 'not run' };
}
