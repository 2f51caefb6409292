import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFailed, onTestFinished } from 'vitest';

/**
 * A program beside the test that uses a client library and reports what happens to it. It is one of its own since SDKs read
 * the address of the server from the environment while they are loaded.
 */
export class ClientProgram<Report extends { kind: string }> {
  readonly reports: (Report | Refused)[] = [];
  readonly #child: ChildProcess;
  readonly #output: Buffer[] = [];
  readonly #ended = new AbortController();

  /** `file` stands beside this one; nothing of this process's environment reaches it: a proxy there would be a way out. */
  constructor(file: string, env: Record<string, string>) {
    this.#child = fork(fileURLToPath(new URL(file, import.meta.url)), {
      env,
      execArgv: ['--import', new URL('loopback-only.ts', import.meta.url).href],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.#output.push(chunk));
    }
    this.#child.on('message', (report: Report) => this.reports.push(report));
    this.#child.on('exit', () => {
      this.#ended.abort(new Error('The program has ended.'));
    });
    onTestFailed(() => {
      process.stderr.write(this.output);
    });
    onTestFinished(async () => {
      this.#child.kill();
      if (!this.#ended.signal.aborted) await once(this.#child, 'exit');
    });
  }

  /** Resolves when the program has reported this. */
  async reported(expected: Partial<Report>): Promise<void> {
    const wanted = Object.entries(expected);
    await this.until((reports) =>
      reports.some((report) => wanted.every(([key, value]) => Reflect.get(report, key) === value)),
    );
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
    return this.reports.flatMap((report) => ('host' in report ? [report.host] : []));
  }

  send(word: string): void {
    this.#child.send(word);
  }
}

/** What loopback-only.ts reports. */
export interface Refused {
  kind: 'refused';
  host: string;
}
