import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';

// A small checkout: the real scripts, a program that says its arguments, and an npm that notes how it was called.

const program = `
console.log('program', ...process.argv.slice(2));
if (process.argv.includes('--exit-7')) process.exitCode = 7;
if (process.argv.includes('--stay')) {
  const alive = setInterval(() => {}, 1000);
  let signals = 0;
  process.on('SIGTERM', () => {
    console.log('signal', ++signals);
    if (signals === 2) clearInterval(alive);
  });
  console.log('ready');
}`;

const npm = `#!/bin/sh
echo "$*" >> calls
mkdir busy || echo 'two at once' >> calls
if [ -e broken ]; then rmdir busy; exit 1; fi
if [ "$1" = ci ]; then rm -rf node_modules; fi
mkdir -p node_modules/vitest
echo "console.log('tests')" > node_modules/vitest/vitest.mjs
rmdir busy
`;

type Child = ChildProcessByStdio<null, Readable, Readable>;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hearth-setup-'));
  cpSync(path.resolve(import.meta.dirname, '../../scripts'), path.join(folder, 'scripts'), {
    recursive: true,
    filter: (source) => !source.endsWith('runtime'),
  });
  write('package.json', '{ "type": "module" }');
  write('package-lock.json', lockfile('1'));
  write('src/main.ts', program);
  write('bin/npm', npm);
  chmodSync(path.join(folder, 'bin/npm'), 0o755);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the first start installs what running needs; the next one nothing', async () => {
  expect(await run('start', '--port', '5000')).toMatchObject({ code: 0, out: 'program dev --port 5000\n' });
  expect(calls()).toEqual(['ci --omit=dev']);
  await run('start');
  expect(calls()).toEqual(['ci --omit=dev']);
});

test('a test after a start adds to what is there, and a start after a test takes nothing away', async () => {
  await run('start');
  expect(await run('test')).toMatchObject({ code: 0, out: 'tests\n' });
  await run('start');
  expect(calls()).toEqual(['ci --omit=dev', 'install --no-save --include=dev']);
});

test('a changed lockfile is installed anew, with the development dependencies if they were there', async () => {
  await run('test');
  write('package-lock.json', lockfile('2'));
  await run('start');
  await run('test');
  expect(calls()).toEqual(['ci --include=dev', 'ci --include=dev']);
});

test("what somebody's own npm installed is left alone", async () => {
  write('node_modules/.package-lock.json', lockfile('1'));
  await run('start');
  expect(existsSync(path.join(folder, 'calls'))).toBe(false);
  write('package-lock.json', lockfile('2'));
  await run('start');
  expect(calls()).toEqual(['ci --include=dev']);
});

test('two commands in a fresh checkout install one after the other', async () => {
  const ends = await Promise.all([run('start'), run('test'), run('start')]);
  expect(ends).toMatchObject([{ code: 0 }, { code: 0 }, { code: 0 }]);
  expect(calls()).not.toContain('two at once');
  expect(calls().filter((call) => call.startsWith('ci'))).toHaveLength(1);
});

test('a failed installation says so and is tried again', async () => {
  write('broken', '');
  expect(await run('start')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('npm ci --omit=dev failed'),
  });
  rmSync(path.join(folder, 'broken'));
  expect(await run('start')).toMatchObject({ code: 0, out: 'program dev\n' });
});

test('the exit code and the signals are those of the program', async () => {
  expect(await run('start', '--exit-7')).toMatchObject({ code: 7 });
  const child = start('start', '--stay');
  const end = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready' || line === 'signal 1') child.kill('SIGTERM');
    if (line === 'signal 2') break;
  }
  expect(await end).toEqual([0, null]);
});

function start(...args: string[]): Child {
  const env = { PATH: `${path.join(folder, 'bin')}:${process.env['PATH']}` };
  return spawn(process.execPath, ['scripts/run.js', ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = start(...args);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, out, err };
}

function calls(): string[] {
  const lines = readFileSync(path.join(folder, 'calls'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.replace(' --loglevel=error', ''));
}

/** One package for running and one for development. */
function lockfile(version: string): string {
  return JSON.stringify({
    packages: {
      '': {},
      'node_modules/library': { integrity: `library-${version}` },
      'node_modules/tool': { integrity: `tool-${version}`, dev: true },
    },
  });
}

function write(file: string, content: string): void {
  mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(folder, file), content);
}
