import { once } from 'node:events';
import { createApp, type AppOptions } from '../app.ts';
import { UsageError } from './command.ts';

/** Runs the application until it is asked to stop; `onListening` is told where it can be reached. */
export async function runServer(
  options: AppOptions,
  stop: AbortSignal,
  onListening: (url: string) => void | Promise<void>,
): Promise<void> {
  const app = await createApp(options);
  try {
    const { url } = await app.listen();
    await onListening(url);
    if (!stop.aborted) await once(stop, 'abort');
    options.logger.info('stopping');
  } catch (error) {
    throw explain(error, options.http);
  } finally {
    await app.close();
  }
}

function explain(error: unknown, { host, port }: { host: string; port: number }): unknown {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return new UsageError(`Port ${port} of ${host} is in use: choose another with --port; 0 takes a free one.`);
    case 'EACCES':
      return new UsageError(
        `Port ${port} of ${host} needs rights that this user lacks: choose one above 1023 with --port.`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UsageError(`${host} is not an address of this machine: choose another with --host.`);
    default:
      return error;
  }
}
