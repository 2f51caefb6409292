import { text } from '../values.ts';
import type { Table } from './setting.ts';

/** For every command that works on stored data. */
export const storeSettings = {
  data: {
    env: 'HEARTH_DATA',
    flag: 'data',
    takes: 'DIR',
    read: text,
    default: './.hearth',
    description: 'Folder of everything that is stored. It is made when it is missing.',
  },
  masterKey: {
    env: 'HEARTH_MASTER_KEY',
    read: text,
    description:
      'Master key that seals content: 32 bytes as base64 or 64 hexadecimal digits. Several are separated by commas: the first one seals, all of them open. Takes the place of the key file.',
  },
  masterKeyFile: {
    env: 'HEARTH_MASTER_KEY_FILE',
    flag: 'master-key-file',
    takes: 'FILE',
    read: text,
    description:
      'File that holds the master key; `master.key` in the data folder when not set. The first start makes it, readable by its owner only. Without this file the stored content cannot be read: keep a copy apart from the data.',
  },
} as const satisfies Table;
