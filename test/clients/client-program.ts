import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { onTestFailed, onTestFinished } from 'vitest';

export interface Settings {
  env: Record<string, string>;
  args?: string[];
  cwd?: string;
  /** For Node.js itself. */
  flags?: string[];
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
  readonly #output: Buffer[] = [];
  readonly #ended = new AbortController();

  constructor(program: URL, { env, args = [], cwd, flags = [] }: Settings) {
    this.#child = fork(program, args, {
      // Nothing of this process's environment: a proxy there would be a way out.
      env,
      cwd,
      execArgv: [...flags, '--import', new URL('loopback-only.ts', import.meta.url).href],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.#output.push(chunk));
    }
    this.#child.on('message', (report: Report) => this.reports.push(report));
    this.#child.on('exit', () => this.#ended.abort(new Error('The program has ended.')));
    onTestFailed(() => {
      process.stderr.write(this.output);
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
    const isIt = (report: Report | Refused): boolean =>
      wanted.every(([key, value]) => Reflect.get(report, key) === value);
    await this.until((reports) => reports.some(isIt));
    return this.reports.find(isIt) as Extract<Report, { kind: Kind }>;
  }

  /** Resolves when it holds; asked again after each report. */
  async until(holds: (reports: readonly (Report | Refused)[]) => boolean): Promise<void> {
    while (!holds(this.reports)) await once(this.#child, 'message', { signal: this.#ended.signal });
  }

  /** What it has written, to whichever end. */
  get output(): string {
    return Buffer.concat(this.#output).toString();
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
