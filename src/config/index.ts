export {
  ConfigError,
  readDevConfig,
  readServeConfig,
  readStoreConfig,
  unknownVariables,
  type DevConfig,
  type Env,
  type Given,
  type ServerConfig,
  type StoreConfig,
} from './config.ts';
export {
  openKeyFile,
  parseMasterKeys,
  readKeyFile,
  writeKeyFile,
  type KeyFile,
  type MasterKeys,
} from './master-key.ts';
export { devSettings, serverSettings, storeSettings, type Setting } from './settings/index.ts';
