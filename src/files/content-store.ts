/**
 * Where sealed contents are kept: a folder here; whatever keeps bytes under a name could take its place. Throws
 * `StoreUnavailableError` when it cannot be worked with.
 */
export interface ContentStore {
  /** Takes a content in. It is durable, but not yet there to be opened, until it is kept. */
  put(uuid: string, boxes: AsyncIterable<Uint8Array>): Promise<Draft>;
  /** The bytes from `start` to `end`, as far as there are any; undefined when there is no such content. */
  open(uuid: string, range: { start: number; end: number }): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Also of one that is not there. */
  remove(uuid: string): Promise<void>;
  /** Removes the drafts that an earlier run left behind. */
  clear(): Promise<void>;
}

export interface Draft {
  /** From now on it is there to be opened, also after a power loss. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}
