import fs from 'node:fs';
import { createRequire } from 'node:module';
import type Sparky from 'node-sparky';

/**
 * node-sparky itself, unchanged. While it loads, a library of its time assigns to every function of a copy of `node:fs`,
 * and strict mode forbids that for the one that Node (24.6 and newer) defines by a getter alone.
 */
Object.defineProperty(fs, 'Utf8Stream', { value: fs.Utf8Stream, writable: true, configurable: true });

export const Spark = createRequire(import.meta.url)('node-sparky') as typeof Sparky;
export type Spark = Sparky;
