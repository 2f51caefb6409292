import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import { run } from '../../src/cli/index.ts';

type Env = Record<string, string>;

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hearth-cli-'));
  cleanUps.push(() => rm(folder, { recursive: true }));
  return folder;
}

/** A use of the program, and what it says. */
export class Program {
  out = '';
  err = '';
  /** The exit code. */
  readonly ended: Promise<number | null>;
  readonly #out: Readable;
  readonly #signal: (signal: NodeJS.Signals) => void;

  constructor(out: Readable, err: Readable, ended: Promise<number | null>, signal: (signal: NodeJS.Signals) => void) {
    this.#out = out;
    this.ended = ended;
    this.#signal = signal;
    out.on('data', (chunk: Buffer) => (this.out += chunk.toString()));
    err.on('data', (chunk: Buffer) => (this.err += chunk.toString()));
  }

  /** What the pattern finds on standard output, as soon as it does; throws when the program ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const ended = this.ended.then(() => 'ended' as const);
    for (;;) {
      const match = pattern.exec(this.out);
      if (match) return match;
      const news = await Promise.race([ended, once(this.#out, 'data')]);
      if (news === 'ended' && !pattern.test(this.out)) {
        throw new Error(`The program ended without saying ${String(pattern)}:\n${this.out}\n${this.err}`);
      }
    }
  }

  /** Base URL of a server, as soon as it listens. */
  async url(): Promise<string> {
    const [, welcomed, logged = ''] = await this.says(/is listening on (\S+)|"url":"([^"]+)"/);
    return welcomed ?? logged;
  }

  signal(signal: NodeJS.Signals): void {
    this.#signal(signal);
  }

  async stop(): Promise<number | null> {
    this.#signal('SIGTERM');
    return this.ended;
  }
}

/** The program as its user starts it: a process of its own, with nothing in its environment but what is given. */
export function spawnHearth(args: readonly string[], env: Env = {}): Program {
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  cleanUps.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return new Program(child.stdout, child.stderr, ended, (signal) => child.kill(signal));
}

/** The same without the process around it: everything below main.ts. */
export function startHearth(args: readonly string[], env: Env = {}): Program {
  const [out, err, stop] = [new PassThrough(), new PassThrough(), new AbortController()];
  const ended = runToTheEnd(args, env, out, err, stop.signal);
  cleanUps.push(async () => {
    stop.abort();
    await ended;
  });
  return new Program(out, err, ended, () => stop.abort());
}

/** Ends when everything that was said has been read. */
async function runToTheEnd(
  args: readonly string[],
  env: Env,
  out: PassThrough,
  err: PassThrough,
  stop: AbortSignal,
): Promise<number> {
  try {
    return await run(args, { env, io: { out, err, width: undefined, colours: false }, stop });
  } finally {
    await Promise.all([finished(out.end()), finished(err.end())]);
  }
}

/** Runs a command to its end. */
export async function hearth(
  args: readonly string[],
  env: Env = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const program = startHearth(args, env);
  const code = await program.ended;
  return { code, out: program.out, err: program.err };
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export async function get(url: string, token: string): Promise<Answer> {
  return answerOf(await fetch(url, { headers: { authorization: `Bearer ${token}` } }));
}

export async function post(url: string, token: string, body: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return answerOf(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
