import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parts } from './parts.ts';

/** `npm run bench -- [PART …] [--quick] [--profile]`: the parts named, or those that always run. */
const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, profile: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  const list = Object.entries(parts).map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`);
  console.error(`There is no part ${unknown.join(', ')}. There are:\n${list.join('\n')}`);
  process.exit(2);
}

const folder = path.join(import.meta.dirname, '.hearth');
const chosen = Object.entries(parts).filter(([name, { always }]) =>
  positionals.length > 0 ? positionals.includes(name) : always,
);
const results: Record<string, unknown> = {};
for (const [name, part] of chosen) {
  const store = path.join(folder, name);
  await rm(store, { recursive: true, force: true });
  await mkdir(store, { recursive: true });
  const progress = (text: string) => console.error(`… ${name}: ${text}`);
  progress(part.summary);
  const { text, result } = await part.run({ ...values, folder: store, progress });
  console.log(`\n${text}\n`);
  results[name] = result;
}
await writeFile(path.join(folder, 'result.json'), `${JSON.stringify(results, undefined, 2)}\n`);
