import {
  devSettings,
  serverSettings,
  storeSettings,
  type Setting,
  type Table,
  type ValuesOf,
} from './settings/index.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** What the person who starts the program said. */
export interface Given {
  /** By name of the flag; `true` for one that takes no value. */
  flags: Readonly<Record<string, string | boolean | undefined>>;
  env: Env;
}

export type StoreConfig = ValuesOf<typeof storeSettings>;
export type ServerConfig = StoreConfig & ValuesOf<typeof serverSettings>;
export type DevConfig = ServerConfig & ValuesOf<typeof devSettings>;

/** Something in the settings has to be changed; the message says what. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

export function readStoreConfig(given: Given): StoreConfig {
  const config = read(storeSettings, 'serve', given);
  oneKeySource(given);
  return config;
}

/** `hearth serve`: nothing of a development world. */
export function readServeConfig(given: Given): ServerConfig {
  for (const setting of Object.values<Setting>(devSettings)) {
    const said = find(setting, given);
    if (said === undefined) continue;
    throw new ConfigError(
      `${said.name} is for development: take it away, or use \`hearth dev\` instead of \`hearth serve\`.`,
    );
  }
  const config = read({ ...storeSettings, ...serverSettings }, 'serve', given);
  oneKeySource(given);
  return withFittingLimits(config, given);
}

export function readDevConfig(given: Given): DevConfig {
  const config = read({ ...storeSettings, ...serverSettings, ...devSettings }, 'dev', given);
  oneKeySource(given);
  if (config.webhookInsecureTls) excludes(devSettings.webhookInsecureTls, serverSettings.webhookCaFile, given);
  return withFittingLimits({ ...config, memory: config.memory && memoryWins(given) }, given);
}

/** Names in the environment that look like settings and are none: probably misspelt. */
export function unknownVariables(env: Env): string[] {
  const known: string[] = Object.values({ ...storeSettings, ...serverSettings, ...devSettings }).map(
    (setting) => setting.env,
  );
  return Object.keys(env).filter(
    (name) => name.startsWith('HEARTH_') && !known.includes(name) && !fromKubernetes.test(name),
  );
}

/** What Kubernetes sets for a service called hearth. */
const fromKubernetes = /^HEARTH_(?:SERVICE_|PORT_\d)/;

interface Said {
  /** `--port` or `HEARTH_PORT`, whichever was used. */
  name: string;
  by: 'flag' | 'environment';
  text: string;
}

/** An empty variable is one that is not set, as in compose files that pass on what may be missing. */
function find({ flag, env }: Setting, given: Given): Said | undefined {
  const byFlag = flag === undefined ? undefined : given.flags[flag];
  if (byFlag !== undefined) return { name: `--${flag}`, by: 'flag', text: String(byFlag) };
  const text = given.env[env];
  return text === undefined || text === '' ? undefined : { name: env, by: 'environment', text };
}

function read<T extends Table>(table: T, mode: 'dev' | 'serve', given: Given): ValuesOf<T> {
  const values = Object.entries(table).map(([key, setting]) => [key, valueOf(setting, mode, given)]);
  return Object.fromEntries(values) as ValuesOf<T>;
}

function valueOf(setting: Setting, mode: 'dev' | 'serve', given: Given): unknown {
  const standard = typeof setting.default === 'object' ? setting.default[mode] : setting.default;
  const said = find(setting, given);
  const text = said?.text ?? standard;
  if (text === undefined) return undefined;
  const result = setting.read.safeParse(text);
  if (result.success) return result.data;
  throw new ConfigError(
    `${said?.name ?? setting.env} is "${text}": it ${result.error.issues[0]?.message ?? 'is not valid.'}`,
  );
}

function oneKeySource(given: Given): void {
  excludes(storeSettings.masterKey, storeSettings.masterKeyFile, given);
}

/** A part larger than its whole is a mistake when somebody asked for it, and gives way when it is the default. */
function withFittingLimits<T extends ServerConfig>(config: T, given: Given): T {
  return {
    ...config,
    webhookConnectTimeout: within('webhookConnectTimeout', 'webhookTimeout', config, given),
    webhookSlotsEach: within('webhookSlotsEach', 'webhookSlots', config, given),
  };
}

type Limit = 'webhookConnectTimeout' | 'webhookTimeout' | 'webhookSlotsEach' | 'webhookSlots';

function within(part: Limit, whole: Limit, config: ServerConfig, given: Given): number {
  if (config[part] > config[whole] && find(serverSettings[part], given)) {
    const names = [serverSettings[part], serverSettings[whole]].map((setting) => nameOf(setting, given));
    throw new ConfigError(`${names.join(' is more than ')}: lower the one or raise the other.`);
  }
  return Math.min(config[part], config[whole]);
}

function excludes(one: Setting, other: Setting, given: Given): void {
  if (!find(one, given) || !find(other, given)) return;
  throw new ConfigError(`${nameOf(one, given)} and ${nameOf(other, given)} exclude each other: take one of them away.`);
}

/** Of `--memory` and `--data` the flag wins; both said in the same way contradict each other. */
function memoryWins(given: Given): boolean {
  const memory = find(devSettings.memory, given);
  const data = find(storeSettings.data, given);
  if (memory && memory.by === data?.by) excludes(devSettings.memory, storeSettings.data, given);
  return data?.by !== 'flag';
}

function nameOf(setting: Setting, given: Given): string {
  return find(setting, given)?.name ?? setting.env;
}
