#!/usr/bin/env node
import process, { stderr, stdout } from 'node:process';
import { run } from './cli/index.ts';

// What is stored is its owner's business only.
process.umask(0o077);

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The first one ends what is under way, the second one ends the process: that is a crash, and crashes are safe.
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  });
}

const isTerminal = stdout.isTTY;
const io = { out: stdout, err: stderr, isTerminal, colours: isTerminal && stdout.hasColors() };

try {
  process.exitCode = await run(process.argv.slice(2), { env: process.env, io, stop: stop.signal });
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
