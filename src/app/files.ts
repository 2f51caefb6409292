import { Downloader } from '../delivery/downloader/downloader.ts';
import type { AddressGuard } from '../delivery/guard/index.ts';
import { FolderStore } from '../files/folder-store.ts';
import { FileService, type FindMessage } from '../files/service.ts';
import { Sweeper } from '../files/sweeper.ts';
import { Uploads } from '../files/uploads.ts';
import { version } from '../version.ts';
import type { Foundation } from './foundation.ts';
import type { AppOptions } from './options.ts';
import type { Outgoing } from './sending.ts';

interface FileParts extends Foundation {
  guard: AddressGuard;
  rewrite: Outgoing['rewrite'];
  findMessage: FindMessage;
}

export type Files = ReturnType<typeof composeFiles>;

/** The way of files into their folder, out of it, and away. */
export function composeFiles(
  { files, store, delivery }: AppOptions,
  { guard, rewrite, findMessage, ...foundation }: FileParts,
) {
  const { limit, fetchTimeoutMs: timeoutMs } = files;
  const { connectTimeoutMs, ca, verifyTls } = delivery;
  const connecting = { guard, rewrite, userAgent: `Hearth/${version}`, connectTimeoutMs, ca, verifyTls };
  const downloader = new Downloader({ ...connecting, limit, timeoutMs, clock: foundation.clock });
  const contents = {
    ...foundation,
    store: new FolderStore({ folder: store.filesFolder, durable: store.durability === 'full' }),
  };
  const sweeper = new Sweeper(contents);
  return {
    downloader,
    sweeper,
    uploads: new Uploads({ ...contents, sweeper, limit, fetchFile: downloader.fetch }),
    service: new FileService({ ...contents, findMessage }),
  };
}
