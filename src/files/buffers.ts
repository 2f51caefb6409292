import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void;

/** Bytes of content after which the buffers it came in are collected. */
const STEP = 8 * 1_048_576;

let passed = 0;

/**
 * To be told of content that has passed. V8 sees the objects of a buffer, which are small, and lets the bytes behind them
 * grow to 64 MiB and more before it looks; and a file is nothing but buffers. A collection of what is young takes a
 * millisecond, so that 100 MiB take some 15 of them and 30 MiB of memory in place of 90 (docs/adr/0017).
 */
export function contentPassed(bytes: number): void {
  passed += bytes;
  if (passed < STEP) return;
  passed = 0;
  collect({ type: 'minor' });
}
