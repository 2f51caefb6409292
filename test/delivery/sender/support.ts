import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { AddressGuard } from '../../../src/delivery/guard/index.ts';
import {
  Sender,
  ThreadedSender,
  type Outcome,
  type SenderOptions,
  type Sending,
  type ThreadedSenderOptions,
} from '../../../src/delivery/sender/index.ts';

const loopback = { address: '127.0.0.1', family: 4 };

/** A guard that knows no other address than 127.0.0.1. */
export function guardOf(
  allow: string[],
  lookup = (): Promise<LookupAddress[]> => Promise.resolve([loopback]),
): AddressGuard {
  return new AddressGuard({ allow, lookup, own: () => ({ port: 4030, addresses: [] }) });
}

const guard = guardOf(['127.0.0.0/8']);

const open = new Set<() => Promise<unknown>>();

afterEach(async () => {
  for (const close of open) await close();
  open.clear();
});

export function senderWith(options: Partial<SenderOptions> = {}): Sender {
  const sender = new Sender({ guard, userAgent: 'Hearth/test', ...options });
  open.add(() => sender.destroy());
  return sender;
}

/** Its guard allows loopback alone. A fault of a thread fails the test, unless it expects one. */
export function newThreadedSender(options: Partial<ThreadedSenderOptions> = {}): ThreadedSender {
  const onFault = (error: unknown): void => {
    throw error;
  };
  const allow = ['127.0.0.0/8'];
  return new ThreadedSender({ userAgent: 'Hearth/test', threads: 1, allow, port: 4030, onFault, ...options });
}

/** Destroyed after the test. */
export function threadedSenderWith(options: Partial<ThreadedSenderOptions> = {}): ThreadedSender {
  const sender = newThreadedSender(options);
  open.add(() => sender.destroy());
  return sender;
}

/** Made for these tests, good until 2116. */
export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3md8uQsAorm5UUbR
ehtT5GmN4v95ZDSct0erjcQupQyhRANCAAQadTzpoc3sIaCE20DmtNnHVR5VlsvI
lopz6vZZfosp74+pXHFyPxNY7ifK02oUEdvp5njBxfk27tEP52oIMKNw
-----END PRIVATE KEY-----`;
export const cert = `-----BEGIN CERTIFICATE-----
MIIBbjCCAROgAwIBAgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1yZWNlaXZl
ci50ZXN0MCAXDTE2MDEwMTAwMDAwMFoYDzIxMTYwMTAxMDAwMDAwWjAYMRYwFAYD
VQQDDA1yZWNlaXZlci50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGnU8
6aHN7CGghNtA5rTZx1UeVZbLyJaKc+r2WX6LKe+PqVxxcj8TWO4nytNqFBHb6eZ4
wcX5Nu7RD+dqCDCjcKNMMEowGAYDVR0RBBEwD4INcmVjZWl2ZXIudGVzdDAPBgNV
HRMBAf8EBTADAQH/MB0GA1UdDgQWBBT6JEH1l1qLQxntkrvubjLqYOBWejAKBggq
hkjOPQQDAgNJADBGAiEAvbGMsM7ebOwFCiOVvrWrZxrMbPKRQh5yImobUEcnB0AC
IQDS9L/zJNYqfiYyWW+LUp+ifeyvPJ0NQFvQfwxmJttbtA==
-----END CERTIFICATE-----`;

/** Was good until the 19th of July 2016. */
export const expiredCert = `-----BEGIN CERTIFICATE-----
MIIBazCCARGgAwIBAgIBAjAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1yZWNlaXZl
ci50ZXN0MB4XDTE2MDEwMTAwMDAwMFoXDTE2MDcxOTAwMDAwMFowGDEWMBQGA1UE
AwwNcmVjZWl2ZXIudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBp1POmh
zewhoITbQOa02cdVHlWWy8iWinPq9ll+iynvj6lccXI/E1juJ8rTahQR2+nmeMHF
+Tbu0Q/naggwo3CjTDBKMBgGA1UdEQQRMA+CDXJlY2VpdmVyLnRlc3QwDwYDVR0T
AQH/BAUwAwEB/zAdBgNVHQ4EFgQU+iRB9Zdai0MZ7ZK77m4y6mDgVnowCgYIKoZI
zj0EAwIDSAAwRQIgEB/zQWaNS5I9I1fRqSTw5MmAlhqP54S7eLVz4gjGSEwCIQDJ
Dw6y6Ec976+DP0/OOYoIbRSttTiuSzfKT+OYZT1GRA==
-----END CERTIFICATE-----`;

/** A server that counts its connections. */
export interface Listening<S extends TcpServer> {
  server: S;
  port: number;
  url: string;
  sockets: Set<Socket>;
}

export async function listen<S extends TcpServer>(server: S): Promise<Listening<S>> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.add(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    if (server.listening) await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `http://127.0.0.1:${port}/hook?a=b`, sockets };
}

export function http(listener: RequestListener): Promise<Listening<Server>> {
  return listen(createHttpServer(listener));
}

export function answering(
  status: number,
  headers: Record<string, string> = {},
  body: string | Buffer = '',
): RequestListener {
  return (_, response) => void response.writeHead(status, headers).end(body);
}

/** Does as it is told once the request has come, without knowing any HTTP. */
export function raw(answer: (socket: Socket) => void): Promise<Listening<TcpServer>> {
  return listen(createServer((socket) => void socket.once('data', () => answer(socket))));
}

export function send(sender: Sending, url: string, body = '{"a":1}'): Promise<Outcome> {
  return sender.send({ url, headers: { 'X-Spark-Signature': 'abc' }, body });
}

/** Answers by the name `receiver.test`, for which alone its certificate is. */
export async function https(): Promise<string> {
  const { port } = await listen(createHttpsServer({ key, cert }, answering(200)));
  return `https://receiver.test:${port}/`;
}

/** Resolves at undici's next message of this kind. */
export function nextMessage(channel: string): Promise<void> {
  return new Promise((resolve) => {
    const listener = (): void => {
      unsubscribe(channel, listener);
      resolve();
    };
    subscribe(channel, listener);
  });
}
