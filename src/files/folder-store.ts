import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { StoreUnavailableError } from '../db/index.ts';
import type { ContentStore, Draft } from './content-store.ts';

export interface FolderStoreOptions {
  folder: string;
  /** Whether what is kept has to survive a power loss. */
  durable: boolean;
}

/** Contents as files of a folder, spread over as many folders in it as there are ends of a UUID. */
export class FolderStore implements ContentStore {
  readonly #folder: string;
  readonly #drafts: string;
  readonly #durable: boolean;

  constructor({ folder, durable }: FolderStoreOptions) {
    this.#folder = folder;
    this.#drafts = path.join(folder, 'incoming');
    this.#durable = durable;
  }

  async put(uuid: string, boxes: AsyncIterable<Uint8Array>): Promise<Draft> {
    const draft = path.join(this.#drafts, uuid);
    try {
      await mkdir(this.#drafts, { recursive: true, mode: 0o700 });
      await using file = await open(draft, 'wx', 0o600);
      await file.writeFile(boxes);
      if (this.#durable) await file.sync();
    } catch (error) {
      await rm(draft, { force: true });
      throw translated(error);
    }
    return { keep: () => this.#keep(uuid, draft), discard: () => removed(draft) };
  }

  async open(uuid: string, range: { start: number; end: number }): Promise<AsyncIterable<Uint8Array> | undefined> {
    try {
      const file = await open(this.#placeOf(uuid), 'r');
      return file.createReadStream(range);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw translated(error);
    }
  }

  remove(uuid: string): Promise<void> {
    return removed(this.#placeOf(uuid));
  }

  clear(): Promise<void> {
    return removed(this.#drafts);
  }

  async #keep(uuid: string, draft: string): Promise<void> {
    const place = this.#placeOf(uuid);
    try {
      const created = await mkdir(path.dirname(place), { recursive: true, mode: 0o700 });
      await rename(draft, place);
      if (!this.#durable) return;
      await syncFolder(path.dirname(place));
      if (created !== undefined) await syncFolder(this.#folder);
    } catch (error) {
      throw translated(error);
    }
  }

  /** The end of a UUID is random, its beginning is the time. */
  #placeOf(uuid: string): string {
    return path.join(this.#folder, uuid.slice(-2), uuid);
  }
}

async function removed(place: string): Promise<void> {
  try {
    await rm(place, { force: true, recursive: true });
  } catch (error) {
    throw translated(error);
  }
}

/** A new name survives a power loss only once its folder is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

/** Nothing is wrong with the content: the disk cannot be worked with now. */
const UNAVAILABLE = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE']);

function translated(error: unknown): unknown {
  const code = codeOf(error);
  if (!UNAVAILABLE.has(code)) return error;
  return new StoreUnavailableError(`The folder of the files cannot be worked with (${code}).`, { cause: error });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
