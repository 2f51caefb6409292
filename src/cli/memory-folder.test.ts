import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makeMemoryFolder } from './memory-folder.ts';

test('a memory folder is gone when it is disposed of, with all that is in it', async () => {
  const before = process.listenerCount('exit');
  const folder = await makeMemoryFolder();
  const file = folder.file('hearth.db');
  writeFileSync(file, 'x');
  expect(existsSync(file)).toBe(true);
  await folder[Symbol.asyncDispose]();
  expect(existsSync(path.dirname(file))).toBe(false);
  expect(process.listenerCount('exit')).toBe(before);
});
