import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openSqlite } from '../db/index.ts';
import { SYSTEM_BOT_UUID, systemBot } from './system-bot.ts';

test('the system bot is made once, however many need it first, and found again', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'hearth-bot-'));
  const db = await openSqlite({ file: path.join(folder, 'hearth.db'), durability: 'off' });
  const bots = await Promise.all(Array.from({ length: 5 }, () => systemBot(db, 1)));
  bots.push(await systemBot(db, 2));
  expect(new Set(bots.map(({ personId }) => personId)).size).toBe(1);
  expect(bots[0]).toMatchObject({ uuid: SYSTEM_BOT_UUID, type: 'bot', email: 'hearth@webex.bot' });
  await db.close();
  await rm(folder, { recursive: true });
});
