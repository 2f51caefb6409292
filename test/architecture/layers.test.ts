import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

interface Finding {
  filename: string;
  code: string;
  message: string;
  help?: string;
}

const downwards = 'Imports run downwards';
const index = 'through its index.ts';
const configuration = 'src/app.ts is given the configuration';
const guard = 'address guard';

/** Each becomes the only line of a file in that folder of src/. The last column is part of what the linter says to it. */
const rows: [folder: string, line: string, complaint: string | undefined][] = [
  ['contract', "export * from 'zod';", undefined],
  ['contract', "export * from './rooms.ts';", undefined],
  ['contract', "export * from 'kysely';", 'it imports zod and its own files only'],
  ['contract', "export * from 'node:path';", 'it imports zod and its own files only'],
  ['contract', "export type * from '../core/ids.ts';", downwards],
  ['core', "export * from '../contract/index.ts';", undefined],
  ['core', "export * from 'uuid';", undefined],
  ['core', "export * from '../db/index.ts';", downwards],
  ['core', "export * from '../rooms/index.ts';", downwards],
  ['core', "export * from '../config/index.ts';", configuration],
  ['core', "export * from 'node:fs/promises';", 'src/core is pure'],
  ['config', "export * from '../core/ids.ts';", undefined],
  ['config', "export * from '../db/index.ts';", downwards],
  ['db', "export * from '../core/ids.ts';", undefined],
  ['db', "export * from 'node:sqlite';", undefined],
  ['db', "export * from '../eventlog/index.ts';", downwards],
  ['db', "export * from '../http/index.ts';", downwards],
  ['db/sqlite', "export * from '../../people/index.ts';", downwards],
  ['db', "export * from '../config/index.ts';", configuration],
  ['eventlog', "export * from '../db/index.ts';", undefined],
  ['eventlog', "export * from '../http/index.ts';", downwards],
  ['eventlog', "export * from '../delivery/engine.ts';", downwards],
  ['eventlog', "export * from 'node:sqlite';", 'Only src/db knows the engine'],
  ['http', "export type { Writer } from '../db/index.ts';", undefined],
  ['http', "export { StoreUnavailableError } from '../db/index.ts';", undefined],
  ['http', "export { openSqlite } from '../db/index.ts';", 'types and errors of src/db only'],
  ['http', "export * from '../eventlog/index.ts';", downwards],
  ['http', "export * from '../people/index.ts';", downwards],
  ['http', "export * from '../app.ts';", configuration],
  ['http', "export * from '../app/options.ts';", configuration],
  ...['people', 'organizations', 'rooms', 'memberships', 'messages', 'events', 'webhooks', 'incoming-webhooks'].flatMap(
    (resource): typeof rows => [
      [resource, "export * from '../http/index.ts';", undefined],
      [resource, "export * from '../eventlog/index.ts';", undefined],
      [resource, "export * from '../people/index.ts';", undefined],
      [resource, "export type * from '../people/store.ts';", index],
      [resource, "export * from '../rooms/service.ts';", index],
      [resource, "export const late = await import('../memberships/store.ts');", index],
      [resource, "export * from '../delivery/engine.ts';", downwards],
      [resource, "export * from '../world/index.ts';", downwards],
      [resource, "export * from '../cli/index.ts';", downwards],
      [resource, "export * from '../config/index.ts';", configuration],
      [resource, "export * from '../main.ts';", configuration],
      [resource, "export * from 'node:sqlite';", 'Only src/db knows the engine'],
    ],
  ),
  ['messages/rendering', "export * from '../../people/store.ts';", index],
  ['delivery', "export * from '../webhooks/index.ts';", undefined],
  ['delivery', "export * from '../webhooks/store.ts';", index],
  ['delivery/guard', "export * from '../../config/index.ts';", configuration],
  ['delivery', "export * from '../cli/index.ts';", downwards],
  ['delivery', "export const body = fetch('http://127.0.0.1/');", guard],
  ['stream', "export * from '../delivery/conditions.ts';", undefined],
  ['stream', "export * from '../webhooks/index.ts';", undefined],
  ['stream', "export * from '../webhooks/store.ts';", index],
  ['delivery', "export * from '../stream/streams.ts';", downwards],
  ['delivery', "export * from '../metrics/index.ts';", downwards],
  ['faults', "export * from '../http/index.ts';", undefined],
  ['faults', "export * from '../db/index.ts';", downwards],
  ['faults', "export * from '../rooms/index.ts';", downwards],
  ['rooms', "export * from '../faults/rules.ts';", downwards],
  ['metrics', "export * from '../delivery/engine.ts';", undefined],
  ['metrics', "export * from '../tracing/otlp.ts';", downwards],
  ['tracing', "export * from '../delivery/engine.ts';", undefined],
  ['http', "export * from '../tracing/otlp.ts';", downwards],
  ['world', "export * from '../rooms/index.ts';", undefined],
  ['world', "export * from '../delivery/engine.ts';", downwards],
  ['cli', "export * from '../app.ts';", undefined],
  ['cli', "export * from '../rooms/store.ts';", undefined],
  ['cli', "export * from '../config/index.ts';", undefined],
  ['cli', "export const body = fetch('http://127.0.0.1/');", undefined],
  ['cli', "export * from '../app/options.ts';", undefined],
  ['.', "export * from './rooms/service.ts';", undefined],
  ['app', "export * from '../rooms/service.ts';", undefined],
  ['app', "export * from '../delivery/engine.ts';", undefined],
  ['app', "export * from '../config/index.ts';", 'The composition root is given AppOptions'],
  ['app', "export * from '../cli/index.ts';", 'The composition root is given AppOptions'],
  ['app', "export * from 'node:sqlite';", 'Only src/db knows the engine'],
  ['rooms', "export * from '../../test/support/server.ts';", 'src/ runs without tests and tools'],
  ['rooms', "export * from '#src/core/ids.ts';", 'Inside src/ use a relative path'],
  ['rooms', 'export const { PORT } = process.env;', 'process.env'],
  ['cli', 'export const { PORT } = process.env;', undefined],
  ['rooms', "console.log('hello');", 'no-console'],
  ['cli', "console.log('hello');", undefined],
  ['rooms', "export * from './cycle.ts';", 'no-cycle'],
  ['rooms', 'export const late = (): void => void setTimeout(async () => {}, 1);', 'no-misused-promises'],
  ['rooms', 'export function start(): void { Promise.resolve(1); }', 'no-floating-promises'],
];

const root = path.resolve(import.meta.dirname, '../..');
let folder: string;
let findings: Finding[];

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hearth-layers-'));
  for (const name of ['oxlint.config.ts', 'tsconfig.json', 'package.json']) {
    copyFileSync(path.join(root, name), path.join(folder, name));
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  for (const [row, [, line]] of rows.entries()) write(fileOf(row), line);
  const cyclic = rows.findIndex(([, line]) => line.includes('./cycle.ts'));
  write('src/rooms/cycle.ts', `export * from './${path.basename(fileOf(cyclic))}';`);
  const oxlint = path.join(root, 'node_modules/oxlint/bin/oxlint');
  const { stdout } = spawnSync(process.execPath, [oxlint, '--format=json', 'src'], { cwd: folder, encoding: 'utf8' });
  findings = (JSON.parse(stdout) as { diagnostics: Finding[] }).diagnostics;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(rows.map(([where, line, complaint], row) => ({ where, line, complaint, row })))(
  'src/$where: $line',
  ({ row, complaint }) => {
    const said = findings
      .filter(({ filename }) => filename === fileOf(row))
      .map(({ code, message, help }) => `${code} ${message} ${help}`);
    if (complaint === undefined) expect(said).toEqual([]);
    else expect(said).toContainEqual(expect.stringContaining(complaint));
  },
);

function fileOf(row: number): string {
  return path.join('src', rows[row]?.[0] ?? '', `row-${row}.ts`);
}

function write(file: string, line: string): void {
  mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(folder, file), `${line}\n`);
}
