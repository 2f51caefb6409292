import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { diskLatency } from './disk.ts';
import { measureMemory } from './memory.ts';
import { closeStage, openStage } from './stage.ts';
import { asText, reportOf } from './report.ts';
import { measure, type Effort } from './rounds.ts';

const thorough: Effort = { rounds: 5, seconds: 2.5, latencyRounds: 4, latencySeconds: 5 };
const quick: Effort = { rounds: 1, seconds: 1, latencyRounds: 1, latencySeconds: 1.5 };

const flag = { type: 'boolean' } as const;
const { values } = parseArgs({ options: { quick: flag, profile: flag, memory: flag } });
const progress = (text: string) => console.error(`… ${text}`);

/** Git ignores it. Beside the sources, because a temporary folder may be in memory and would flatter the commits. */
const folder = path.join(import.meta.dirname, '.hearth');
if (values.memory) {
  const effort = values.quick ? { seconds: 15, waitingSeconds: 20 } : { seconds: 60, waitingSeconds: 240 };
  console.log(`\n${await measureMemory(folder, effort, progress)}`);
  process.exit();
}

const stage = await openStage(folder);
try {
  if (values.profile) await stage.hearth.ask('startProfile');
  const measured = await measure(stage, values.quick ? quick : thorough, progress);
  if (values.profile) await stage.hearth.ask('stopProfile', path.join(folder, 'hearth.cpuprofile'));
  const report = reportOf(measured, await diskLatency(folder));
  console.log(`\n${asText(report)}`);
  await writeFile(path.join(folder, 'result.json'), `${JSON.stringify({ ...report, measured }, undefined, 2)}\n`);
} finally {
  await closeStage(stage);
  for (const file of ['hearth.db', 'hearth.db-wal', 'hearth.db-shm', 'disk'])
    await rm(path.join(folder, file), { force: true });
}
