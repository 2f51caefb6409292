import type { Logger } from 'pino';
import type { Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import type { Vault } from '../core/vault.ts';
import type { Database } from '../db/index.ts';
import { pathKey } from '../http/index.ts';
import type { ContentStore } from './content-store.ts';
import { openLabel } from './label.ts';
import { open, placesOf } from './sealing.ts';
import { findFile } from './store.ts';

/** The message with this key, when the caller may see it. */
export type FindMessage = (caller: Caller, uuid: string) => Promise<{ id: number; wrappedKey: Uint8Array } | undefined>;

export interface FileServiceParts {
  db: Database;
  vault: Vault;
  logger: Logger;
  store: ContentStore;
  findMessage: FindMessage;
}

/** A file that may be read. */
export interface Content {
  name: string;
  type: string;
  size: number;
  /** The bytes from `start` to `end`, both included. */
  read(range: { start: number; end: number }): Promise<AsyncIterable<Uint8Array>>;
}

export class FileService {
  readonly #parts: FileServiceParts;

  constructor(parts: FileServiceParts) {
    this.#parts = parts;
  }

  /** FILE-1: whoever sees the message. An id names the message and which of its files it is. */
  async get(caller: Caller, id: string): Promise<Content> {
    const { db, vault, store, logger, findMessage } = this.#parts;
    const [, messageUuid, position] = KEY.exec(pathKey('CONTENT', id, 'contentNotFound')) ?? [];
    const message = messageUuid === undefined ? undefined : await findMessage(caller, messageUuid);
    const file = message && (await findFile(db.reader, message.id, Number(position)));
    if (!message || !file) throw new ApiError('contentNotFound');

    const { uuid, size } = file;
    const { name, type, key } = openLabel(vault, message.wrappedKey, uuid, file.sealed);
    return {
      name,
      type,
      size,
      async read(range) {
        const boxes = await store.open(uuid, placesOf(range));
        if (!boxes) {
          logger.error({ file: uuid }, 'the content of a file is missing');
          throw new ApiError('contentNotFound');
        }
        return open(boxes, { uuid, key }, size, range);
      },
    };
  }
}

/** The UUID of the message, and which of its files it is. */
const KEY = /^([^/]+)\/(\d{1,3})$/;
