#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import process, { stderr, stdout } from 'node:process';

// What is stored is its owner's business only.
process.umask(0o077);

/** A signal to the process group arrives twice when whoever started us passes it on; copies within this time are one. */
const SAME_SIGNAL_MS = 200;

const stop = new AbortController();
let first: { signal: NodeJS.Signals; at: number } | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    const at = performance.now();
    if (first?.signal === signal && at - first.at < SAME_SIGNAL_MS) return;
    // The first one ends what is under way, the second one ends the process: that is a crash, and crashes are safe.
    if (first) process.exit(1);
    first = { signal, at };
    stop.abort();
  });
}

// Compiled modules are kept, so that the next start takes half the time; where they cannot be, nothing else changes.
enableCompileCache(path.join(import.meta.dirname, '../node_modules/.cache/hearth'));
const { run } = await import('./cli/index.ts');

const width = stdout.isTTY ? stdout.columns : undefined;
const io = { out: stdout, err: stderr, width, colours: stdout.isTTY && stdout.hasColors() };

try {
  process.exitCode = await run(process.argv.slice(2), { env: process.env, io, stop: stop.signal });
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
