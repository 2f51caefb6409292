import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { onTestFailed, onTestFinished } from 'vitest';

export interface Settings {
  env: Record<string, string>;
  args?: string[];
  cwd?: string;
}

/** What loopback-only.ts tells: a host outside this machine that the program has tried to reach. */
export interface Refused {
  kind: 'refused';
  host: string;
}

/**
 * A program with a client in it, in a process of its own: clients read the environment while they are loaded, and some
 * change globals. It reports to the test what happens to it, and reaches nothing outside this machine.
 */
export class ClientProgram<Report extends { kind: string }> {
  readonly reports: (Report | Refused)[] = [];
  readonly #child: ChildProcess;
  readonly #ended = new AbortController();

  constructor(program: URL, { env, args = [], cwd }: Settings) {
    this.#child = fork(program, args, {
      // Nothing of this process's environment: a proxy there would be a way out.
      env,
      cwd,
      execArgv: ['--import', new URL('loopback-only.ts', import.meta.url).href],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const output: Buffer[] = [];
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => output.push(chunk));
    }
    this.#child.on('message', (report: Report) => this.reports.push(report));
    this.#child.on('exit', () => this.#ended.abort(new Error('The program has ended.')));
    onTestFailed(() => {
      process.stderr.write(Buffer.concat(output));
    });
    onTestFinished(async () => {
      this.#child.kill();
      if (!this.#ended.signal.aborted) await once(this.#child, 'exit');
    });
  }

  /** The first report like this, waited for when it has not come yet. */
  async reported<Kind extends Report['kind']>(
    expected: { kind: Kind } & Partial<Report>,
  ): Promise<Extract<Report, { kind: Kind }>> {
    const wanted = Object.entries(expected);
    for (;;) {
      const found = this.reports.find((report) => wanted.every(([key, value]) => Reflect.get(report, key) === value));
      if (found) return found as Extract<Report, { kind: Kind }>;
      await once(this.#child, 'message', { signal: this.#ended.signal });
    }
  }

  /** Hosts outside this machine that it has tried to reach. */
  get refused(): string[] {
    return this.reports.flatMap((report) => (report.kind === 'refused' ? [(report as Refused).host] : []));
  }

  onReport(listener: (report: Report) => void): void {
    this.#child.on('message', listener);
  }

  send(message: object | string): void {
    this.#child.send(message);
  }
}
