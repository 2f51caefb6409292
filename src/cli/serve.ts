import { readServeConfig, serverSettings, storeSettings, unknownVariables } from '../config/index.ts';
import { hasWorld } from '../world/index.ts';
import { settledOptions } from './app-options.ts';
import { UsageError, type Call, type Command } from './command.ts';
import { createLogger } from './logger.ts';
import { runServer } from './run-server.ts';
import { dataFolder, lockFolder, makeFolder, masterKeysFor, withDatabase } from './store.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'Run a server for a team: nothing is seeded, and no private address is called unless a setting allows it.',
  settings: [...Object.values(serverSettings), ...Object.values(storeSettings)],
  run,
};

async function run({ given, io, stop }: Call): Promise<void> {
  const config = readServeConfig(given);
  const settled = settledOptions(config, { alsoAllow: [], rewrite: [], verifyTls: true, signIn: 'token' });
  const { folder, databaseFile: file, filesFolder } = dataFolder(config);
  const logger = await createLogger(config, io);
  for (const name of unknownVariables(given.env)) logger.warn(`${name} is not a setting of Hearth.`);

  await makeFolder(folder);
  const lock = lockFolder(folder);
  try {
    const { keys, warnings, hasPeople } = await withDatabase(file, async ({ reader }) => {
      if (await hasWorld(reader)) {
        throw new UsageError(
          `${folder} holds a development world, whose tokens are no secret: choose another folder with --data.`,
        );
      }
      const anybody = await reader.query.selectFrom('people').select('id').limit(1).executeTakeFirst();
      return { ...(await masterKeysFor(reader, config)), hasPeople: anybody !== undefined };
    });
    for (const warning of warnings) logger.warn(warning);
    if (!hasPeople) logger.warn('Nobody can sign in yet: make the first administrator with `hearth admin create`.');

    const store = { file, filesFolder, durability: 'full' as const };
    const options = { ...settled, store, masterKeys: keys, logger };
    await runServer(options, stop, (url) => logger.info({ url, data: folder }, 'ready'));
  } finally {
    lock.release();
  }
}
