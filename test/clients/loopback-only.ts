import { Socket } from 'node:net';
import type { Refused } from './client-program.ts';

/**
 * Loaded before a program (`--import`): what would leave the machine fails before a name is looked up, and the parent
 * process is told.
 */
const loopback = new Set(['localhost', '127.0.0.1', '::1']);

type Connect = (this: Socket, ...args: unknown[]) => Socket;
const connect = Reflect.get(Socket.prototype, 'connect') as Connect;

Socket.prototype.connect = function connectLocally(this: Socket, ...args: unknown[]): Socket {
  const [target, onConnect] = parse(args);
  if (target.path || loopback.has(target.host)) return connect.apply(this, args);
  process.send?.({ kind: 'refused', host: target.host } satisfies Refused);
  // Sockets expect to fail later, as they do when a name is not found.
  const lookup = (_host: string, _options: object, done: (error: Error) => void): void => {
    done(new Error(`Refused to connect to ${target.host}.`));
  };
  return connect.call(this, { ...target, host: 'refused.invalid', lookup }, onConnect);
};

/** The three forms of `connect`; Node's own callers have them packed into one array. */
function parse(args: unknown[]): [target: { host: string; path?: string | null }, onConnect: unknown] {
  const [first, second, third] = args;
  if (Array.isArray(first)) return parse(first);
  if (typeof first === 'object') return [{ host: 'localhost', ...first }, second];
  return typeof second === 'string' ? [{ host: second }, third] : [{ host: 'localhost' }, second];
}
