import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import { newUuid } from '../core/ids.ts';
import type { Vault } from '../core/vault.ts';
import type { Database, Writer } from '../db/index.ts';
import type { ContentStore, Draft } from './content-store.ts';
import { sealLabel } from './label.ts';
import { cleanName, cleanType } from './names.ts';
import { newContentKey, seal, type Sealing } from './sealing.ts';
import { announce, attach } from './store.ts';
import type { Sweeper } from './sweeper.ts';

/** A file on its way in. */
export interface Incoming {
  content: AsyncIterable<Uint8Array>;
  name: string | undefined;
  type: string | undefined;
}

/** Gets a file from another server and hands it over as it comes. Refuses with an `ApiError`. */
export type FetchFile = <T>(url: string, take: (file: Incoming) => Promise<T>) => Promise<T>;

/** A file that was taken in and belongs to no message yet. */
export interface Upload {
  name: string;
  type: string;
  /** Bytes. */
  size: number;
  sealing: Sealing;
  draft: Draft;
  state: 'received' | 'posting' | 'discarded';
}

export interface UploadsParts {
  db: Database;
  vault: Vault;
  clock: Clock;
  store: ContentStore;
  sweeper: Pick<Sweeper, 'spare' | 'release'>;
  fetchFile: FetchFile;
  /** Bytes of a file. */
  limit: number;
}

/**
 * Takes files in, sealed and on the disk before the message that carries them is written: no transaction waits for one. A
 * file has a key of its own, as it comes before it is known which room it goes to; that key is sealed under the room's.
 */
export class Uploads {
  readonly #parts: UploadsParts;

  constructor(parts: UploadsParts) {
    this.#parts = parts;
  }

  /** Bytes of a file. */
  get limit(): number {
    return this.#parts.limit;
  }

  async receive({ content, name, type }: Incoming): Promise<Upload> {
    const sealing = { uuid: newUuid(), key: newContentKey() };
    const counted = { size: 0 };
    const draft = await this.#parts.store.put(sealing.uuid, seal(this.#within(content, counted), sealing));
    return { name: cleanName(name), type: cleanType(type), size: counted.size, sealing, draft, state: 'received' };
  }

  fetch(url: string): Promise<Upload> {
    return this.#parts.fetchFile(url, (file) => this.receive(file));
  }

  /** Unless somebody has begun to post it. */
  async discard(upload: Upload): Promise<void> {
    if (upload.state !== 'received') return;
    upload.state = 'discarded';
    await upload.draft.discard();
  }

  /** Keeps the content while `post` runs, and for good when that has attached it to a message. */
  async posting<T>(upload: Upload, post: () => Promise<T>): Promise<T> {
    const { db, clock, sweeper } = this.#parts;
    if (upload.state !== 'received') throw new ApiError('invalidRequest', { reason: 'The file is gone.' });
    upload.state = 'posting';
    const { uuid } = upload.sealing;
    let attached = false;
    sweeper.spare(uuid);
    try {
      await db.write((tx) => announce(tx, { uuid, size: upload.size, createdAt: clock.now() }));
      await upload.draft.keep();
      const posted = await post();
      attached = true;
      return posted;
    } catch (error) {
      await upload.draft.discard();
      throw error;
    } finally {
      // Whether the content stays is told by its row: a commit that was not confirmed may have happened.
      sweeper.release(uuid, attached);
    }
  }

  /** The message must have been inserted in this transaction. */
  async attach(
    tx: Writer,
    { sealing, name, type }: Upload,
    message: { uuid: string; roomKey: Uint8Array },
    position: number,
  ): Promise<void> {
    const { uuid, key } = sealing;
    const sealed = sealLabel(this.#parts.vault, message.roomKey, uuid, { name, type, key });
    await attach(tx, { uuid, messageUuid: message.uuid, position, sealed });
  }

  async *#within(content: AsyncIterable<Uint8Array>, counted: { size: number }): AsyncGenerator<Uint8Array> {
    for await (const chunk of content) {
      counted.size += chunk.length;
      if (counted.size > this.limit) throw new ApiError('fileTooLarge', { limit: this.limit });
      yield chunk;
    }
  }
}
