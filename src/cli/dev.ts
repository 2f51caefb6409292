import type { AppOptions } from '../app.ts';
import type { Database } from '../db/index.ts';
import { newMasterKey, Vault } from '../core/vault.ts';
import {
  devSettings,
  readDevConfig,
  serverSettings,
  storeSettings,
  unknownVariables,
  type DevConfig,
  type MasterKeys,
} from '../config/index.ts';
import {
  hasWorld,
  newTokenSeed,
  openTokenSeed,
  readWorld,
  seedWorld,
  standardWorld,
  type Account,
  type World,
} from '../world/index.ts';
import { settledOptions } from './app-options.ts';
import { UsageError, type Call, type Command } from './command.ts';
import { createLogger } from './logger.ts';
import { makeMemoryFolder } from './memory-folder.ts';
import { runServer } from './run-server.ts';
import { dataFolder, lockFolder, makeFolder, masterKeysFor, withDatabase } from './store.ts';
import { printWelcome } from './welcome.ts';

export const dev: Command = {
  name: 'dev',
  summary: 'Run a server for development, with people and bots to act as.',
  settings: [...Object.values(devSettings), ...Object.values(serverSettings), ...Object.values(storeSettings)],
  run,
};

/** How people call the machine they sit at. */
const LOOPBACK = ['127.0.0.0/8', '::1', 'localhost'];

async function run({ given, io, stop }: Call): Promise<void> {
  const config = readDevConfig(given);
  const settled = settledOptions(config, {
    alsoAllow: LOOPBACK,
    rewrite: config.webhookRewrite,
    verifyTls: !config.webhookInsecureTls,
    signIn: 'anybody',
  });
  const logger = await createLogger(config, io);
  for (const name of unknownVariables(given.env)) logger.warn(`${name} is not a setting of Hearth.`);

  await using place = config.memory ? await memoryPlace() : await folderPlace(config);
  const { accounts, keys, warnings, faults } = await prepare(config, place);
  for (const warning of warnings) logger.warn(warning);

  if (!settled.faults && faults.rules.length + faults.presets.length > 0) {
    logger.warn('The faults of the world are left out: HEARTH_FAULTS is off.');
  }
  const options = {
    ...settled,
    faults: settled.faults && { ...settled.faults, ...faults },
    store: place.store,
    masterKeys: keys,
    logger,
  };
  await runServer(options, stop, (url) => {
    io.out.write(printWelcome({ url, accounts, data: place.shownAs }, { colours: io.colours, width: io.width }));
  });
}

/** Where a development server keeps its data. */
interface Place extends AsyncDisposable {
  store: AppOptions['store'];
  /** Undefined: in memory. */
  shownAs: string | undefined;
  keys: (db: Database) => Promise<{ keys: MasterKeys; warnings: string[] }>;
  tokenSeed: () => Promise<Uint8Array>;
}

async function memoryPlace(): Promise<Place> {
  const folder = await makeMemoryFolder();
  return {
    store: { file: folder.file('hearth.db'), filesFolder: folder.file('files'), durability: 'off' },
    shownAs: undefined,
    keys: async () => ({ keys: [newMasterKey()], warnings: [] }),
    tokenSeed: async () => newTokenSeed(),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function folderPlace(config: DevConfig): Promise<Place> {
  const { folder, databaseFile, filesFolder, tokenSeedFile } = dataFolder(config);
  await makeFolder(folder);
  const lock = lockFolder(folder);
  return {
    store: { file: databaseFile, filesFolder, durability: 'full' },
    shownAs: folder,
    keys: ({ reader }) => masterKeysFor(reader, config),
    tokenSeed: () => openTokenSeed(tokenSeedFile),
    async [Symbol.asyncDispose]() {
      lock.release();
    },
  };
}

interface Prepared {
  accounts: Account[];
  keys: MasterKeys;
  warnings: string[];
  faults: { rules: World['faults']; presets: World['faultPresets'] };
}

/** Brings the world in before the server starts, so that it finds everything in place. */
async function prepare(config: DevConfig, place: Place): Promise<Prepared> {
  const world = config.world === undefined ? standardWorld : await readWorld(config.world);
  return withDatabase(place.store.file, async (db) => {
    const isEmpty =
      (await db.reader.query.selectFrom('organizations').select('id').limit(1).executeTakeFirst()) === undefined;
    if (!isEmpty && !(await hasWorld(db.reader))) {
      throw new UsageError(`${place.shownAs} holds the data of \`hearth serve\`: choose another folder with --data.`);
    }
    const { keys, warnings } = await place.keys(db);
    const accounts = await seedWorld(world, {
      db,
      vault: new Vault(keys),
      seed: await place.tokenSeed(),
      now: Date.now(),
      worldName: config.world ?? 'the built-in world',
    });
    return { accounts, keys, warnings, faults: { rules: world.faults, presets: world.faultPresets } };
  });
}
