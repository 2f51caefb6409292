import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What a process of the benchmark can be asked to do. */
type Commands = Record<string, (...args: never[]) => unknown>;

interface Question {
  number: number;
  name: string;
  args: unknown[];
}
interface Answer {
  number: number;
  value?: unknown;
  error?: string;
}
interface Notice {
  notice: unknown;
}

/** In a process of the benchmark: answers what its parent asks, one promise for each question. */
export function answer(commands: Commands): void {
  process.on('message', (question: Question) => {
    void reply(commands, question).then((message) => process.send?.(message));
  });
  // Nobody is left to ask.
  process.on('disconnect', () => process.exit());
  process.send?.({ notice: 'ready' });
}

async function reply(commands: Commands, { number, name, args }: Question): Promise<Answer> {
  try {
    return { number, value: await commands[name]?.(...(args as never[])) };
  } catch (error) {
    return { number, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** In a process of the benchmark: tells the parent something it has not asked for. */
export function tell(notice: unknown): void {
  process.send?.({ notice });
}

/** A process of the benchmark, as its parent sees it. */
export class Child<C extends Commands> {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #asked = 0;
  onNotice: (notice: unknown) => void = () => {};

  /** `file`: relative to this folder. */
  static async start<C extends Commands>(file: string, args: readonly string[] = []): Promise<Child<C>> {
    const started = fork(new URL(file, import.meta.url), args, { serialization: 'advanced' });
    await Promise.race([
      once(started, 'message'),
      once(started, 'exit').then(() => Promise.reject(new Error(`${file} did not start.`))),
    ]);
    return new Child<C>(file, started);
  }

  private constructor(file: string, started: ChildProcess) {
    this.#process = started;
    started.on('message', (message: Answer | Notice) => {
      if ('notice' in message) return this.onNotice(message.notice);
      const waiting = this.#waiting.get(message.number);
      this.#waiting.delete(message.number);
      if (message.error === undefined) waiting?.resolve(message.value as never);
      else waiting?.reject(new Error(`${file}: ${message.error}`));
    });
    started.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${file} ended with ${code}.`));
    });
  }

  ask<K extends keyof C & string>(name: K, ...args: Parameters<C[K]>): Promise<Awaited<ReturnType<C[K]>>> {
    const number = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#process.send({ number, name, args } satisfies Question);
    });
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    this.#process.disconnect();
    await once(this.#process, 'exit');
  }
}

/** CPU time that a process has used since it started, in seconds. Every process answers it. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
