import { pino, type Logger } from 'pino';
import type { ServerConfig } from '../config/index.ts';
import type { Io } from './command.ts';

/** The server's log: one JSON object a line, or lines to be read in a terminal. */
export async function createLogger(
  { logLevel: level, logFormat }: Pick<ServerConfig, 'logLevel' | 'logFormat'>,
  io: Io,
): Promise<Logger> {
  if (logFormat === 'json' || (logFormat === 'auto' && io.width === undefined)) return pino({ level }, io.out);
  const { default: pretty } = await import('pino-pretty');
  return pino(
    { level },
    pretty({ destination: io.out, colorize: io.colours, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }),
  );
}
