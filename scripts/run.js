// `node scripts/run.js <command> [arguments]`: sets the checkout up, then runs the command on a Node.js that can.

import path from 'node:path';
import { endLike, runChild } from './child.js';
import { Interrupted, SetupError } from './install.js';
import { root, setUp } from './setup.js';

/**
 * What `npm start` needs is a fifth of what `npm test` needs, so only the commands with `dev` install everything.
 *
 * @type {Record<string, { dev: boolean, args: string[] }>}
 */
const commands = {
  start: { dev: false, args: ['src/main.ts', 'dev'] },
  hearth: { dev: false, args: ['src/main.ts'] },
  test: { dev: true, args: ['node_modules/vitest/vitest.mjs', 'run'] },
  bench: { dev: true, args: ['bench/main.ts'] },
  lint: { dev: true, args: ['node_modules/oxlint/bin/oxlint'] },
  format: { dev: true, args: ['node_modules/oxfmt/bin/oxfmt'] },
  types: { dev: true, args: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  unused: { dev: true, args: ['node_modules/knip/bin/knip.js'] },
  build: { dev: true, args: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'] },
  node: { dev: true, args: [] },
};

async function main() {
  const [name = '', ...args] = process.argv.slice(2);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new SetupError(`Usage: node scripts/run.js ${Object.keys(commands).join('|')} [arguments]`);
  const node = await setUp(command);
  return runChild(node, [...command.args, ...args], {
    cwd: root,
    env: { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env['PATH']}` },
    stdio: 'inherit',
  });
}

main().then(endLike, (/** @type {unknown} */ error) => {
  if (error instanceof Interrupted) return endLike(error.end);
  console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 1;
});
