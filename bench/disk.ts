import { open } from 'node:fs/promises';
import path from 'node:path';
import { now } from './clock.ts';
import { percentile } from './statistics.ts';

const WRITES = 200;

/** Milliseconds until 16 KiB are on the disk, which no commit can be quicker than. */
export async function diskLatency(folder: string): Promise<{ p50: number; p99: number }> {
  const file = await open(path.join(folder, 'disk'), 'w');
  const bytes = Buffer.alloc(16_384);
  const ms: number[] = [];
  for (let write = 0; write < WRITES; write++) {
    const startedAt = now();
    await file.write(bytes, 0, bytes.length, 0);
    await file.datasync();
    ms.push(now() - startedAt);
  }
  await file.close();
  return { p50: percentile(ms, 0.5), p99: percentile(ms, 0.99) };
}
