import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Address } from '../../src/delivery/guard/addresses.ts';
import {
  RefusedAddressError,
  UnknownHostError,
  type AddressGuard,
  type GuardOptions,
} from '../../src/delivery/guard/index.ts';
import { Sender } from '../../src/delivery/sender/index.ts';
import {
  anyPublicIPv4,
  anyPublicIPv6,
  anyRefusedIPv4,
  anyRefusedIPv6,
  asHost,
  guardOf,
  spellingsOfIPv4,
  spellingsOfIPv6,
  standInsOf,
} from './forms.ts';

const closed = guardOf();
const anyPublic = fc.oneof<fc.Arbitrary<Address>[]>(anyPublicIPv4, anyPublicIPv6);
const anyRefused = fc.oneof<fc.Arbitrary<Address>[]>(anyRefusedIPv4, anyRefusedIPv6);

/** A name server that gives these answers, one after the other and the last one for ever. */
function answering(...answers: string[][]): { lookup: GuardOptions['lookup'] & {}; asked: string[] } {
  const asked: string[] = [];
  const lookup = (hostname: string): Promise<LookupAddress[]> => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(hostname);
    return Promise.resolve(answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  };
  return { lookup, asked };
}

/** As the system writes it: with dots where the first 96 bits are those of an IPv4 address. */
function asAnswer(address: Address): string {
  const [head = '', tail] = address.toString().split(/(?<=^::(?:ffff:)?)(?=[0-9a-f]+:[0-9a-f]+$)/);
  return tail === undefined ? head : head + address.toByteArray().slice(12).join('.');
}

describe('connecting', () => {
  let port: number;
  let connections: number;
  let stop: () => Promise<void>;
  /** The addresses that sockets of this process set out for. */
  let attempts: string[];
  /** Whether they get no further than that. */
  let cut: boolean;

  function watch(message: unknown): void {
    const { socket } = message as { socket: Socket };
    socket.on('connectionAttempt', (address: string) => {
      attempts.push(address);
      if (cut) setImmediate(() => socket.destroy(new Error('cut')));
    });
  }

  beforeEach(async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on('error', () => {});
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    connections = 0;
    attempts = [];
    cut = false;
    subscribe('net.client.socket', watch);
    stop = async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    };
  });
  afterEach(async () => {
    unsubscribe('net.client.socket', watch);
    await stop();
  });

  /** The address that was connected to. */
  function connect(guard: AddressGuard, host: string): Promise<string | undefined> {
    const origin = new URL(`http://${host}:${port}`);
    const hostname = origin.hostname.replace(/^\[|\]$/g, '');
    const target = { hostname, host: origin.host, protocol: origin.protocol, port: origin.port };
    return new Promise((resolve, reject) => {
      guard.connector(origin, { timeout: 5_000 })(target, (error, socket) => {
        if (error) return reject(error);
        const { remoteAddress } = socket;
        socket.destroy();
        resolve(remoteAddress);
      });
    });
  }

  test('to a refused address is refused, and no connection is tried', async () => {
    await fc.assert(
      fc.asyncProperty(anyRefused, async (address) => {
        await expect(connect(closed, asHost(address))).rejects.toThrow(new RefusedAddressError());
        expect(attempts).toEqual([]);
      }),
    );
  });

  test('to this machine, in whatever words, is no request to a server that listens there', async () => {
    const sender = new Sender({ guard: closed, userAgent: 'Hearth/test' });
    const loopback = ipaddr.IPv4.parse('127.0.0.1');
    const here = [ipaddr.IPv6.parse('::1'), ipaddr.IPv6.parse('::')].flatMap(spellingsOfIPv6);
    const hosts = [...spellingsOfIPv4(loopback), ...standInsOf(loopback), ...here, '0', '127.1', 'localhost'];
    for (const host of hosts) {
      const outcome = await sender.send({ url: `http://${host}:${port}/`, headers: {}, body: '{}' });
      expect(outcome, host).toMatchObject({ kind: 'error', reason: 'refused-address' });
    }
    await sender.destroy();
    expect({ connections, attempts }).toEqual({ connections: 0, attempts: [] });
  });

  test('to an allowed address', async () => {
    expect(await connect(guardOf(['127.0.0.1']), '127.0.0.1')).toBe('127.0.0.1');
  });

  test('a name is resolved once, and the connection goes to the address that was vetted', async () => {
    const { lookup, asked } = answering(['127.0.0.1'], ['127.0.0.2']);
    expect(await connect(guardOf(['127.0.0.1'], { lookup }), 'receiver.test')).toBe('127.0.0.1');
    expect(asked).toEqual(['receiver.test']);
  });

  test('a name that means this machine after it was vetted brings nobody here', async () => {
    // Given to nobody, and public as far as the registries say.
    const { lookup, asked } = answering(['2d00::1'], ['127.0.0.1']);
    const guard = guardOf([], { lookup });
    cut = true;
    await expect(connect(guard, 'receiver.test')).rejects.not.toThrow(RefusedAddressError);
    expect({ asked, attempts }).toEqual({ asked: ['receiver.test'], attempts: ['2d00::1'] });
    await expect(connect(guard, 'receiver.test')).rejects.toThrow(RefusedAddressError);
    expect({ connections, attempts }).toEqual({ connections: 0, attempts: ['2d00::1'] });
  });

  test('a name that has come to mean something else is refused at the next connection', async () => {
    const { lookup } = answering(['127.0.0.1'], ['127.0.0.2']);
    const guard = guardOf(['127.0.0.1'], { lookup });
    await connect(guard, 'receiver.test');
    await expect(connect(guard, 'receiver.test')).rejects.toThrow(RefusedAddressError);
    expect(connections).toBe(1);
  });

  test('one answer that is refused refuses the name, wherever it stands among good ones', async () => {
    const answers = fc.tuple(fc.array(anyPublic, { maxLength: 4 }), anyRefused, fc.nat(4));
    await fc.assert(
      fc.asyncProperty(answers, async ([good, bad, place]) => {
        const { lookup } = answering(good.toSpliced(place, 0, bad).map(asAnswer));
        await expect(connect(guardOf([], { lookup }), 'receiver.test')).rejects.toThrow(RefusedAddressError);
        expect(attempts).toEqual([]);
      }),
    );
  });

  test.each([
    [['127.0.0.1', '127.0.0.2']],
    [['127.0.0.2', '127.0.0.1']],
    [['127.0.0.1', 'fe80::1%eth0']],
    [['127.0.0.1', '::ffff:127.0.0.2']],
    [['127.0.0.1', '::127.0.0.1']],
    [['127.0.0.1', 'no address']],
  ])('also where the good ones are allowed: %j', async (answer) => {
    const { lookup } = answering(answer);
    await expect(connect(guardOf(['127.0.0.1'], { lookup }), 'receiver.test')).rejects.toThrow(RefusedAddressError);
    expect(connections).toBe(0);
  });

  test('a refusal does not tell the address', async () => {
    const { lookup } = answering(['10.1.2.3']);
    const refusal: unknown = await connect(guardOf([], { lookup }), 'receiver.test').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RefusedAddressError);
    expect(JSON.stringify(refusal) + String(refusal) + String((refusal as Error).stack)).not.toContain('10.1.2.3');
  });

  test('an address that the system writes with dots is not the IPv4 address in it', async () => {
    const { lookup } = answering(['::8.8.8.8']);
    await expect(connect(guardOf([], { lookup }), 'receiver.test')).rejects.toThrow(RefusedAddressError);
    await expect(connect(guardOf(['8.8.8.8'], { lookup }), 'receiver.test')).rejects.toThrow(RefusedAddressError);
    expect(attempts).toEqual([]);
  });

  test('an allowed name may have any address but those of metadata', async () => {
    const { lookup } = answering(['127.0.0.1'], ['169.254.169.254']);
    const guard = guardOf(['*.test', 'receiver.example'], { lookup });
    expect(await connect(guard, 'receiver.test')).toBe('127.0.0.1');
    await expect(connect(guard, 'receiver.test')).rejects.toThrow(RefusedAddressError);
  });

  describe('the allow-list *.test, Receiver.example., bücher.example', () => {
    const { lookup } = answering(['127.0.0.1']);
    const guard = guardOf(['*.test', 'Receiver.example.', 'bücher.example'], { lookup });

    test.each([
      'receiver.test',
      'a.b.test',
      'receiver.test.',
      'receiver.example',
      'RECEIVER.example.',
      'bücher.example',
    ])('has %s', async (host) => expect(await connect(guard, host)).toBe('127.0.0.1'));

    test.each(['test', 'contest', 'sub.receiver.example', 'receiver.test.example', 'bucher.example'])(
      'has not %s',
      (host) => expect(connect(guard, host)).rejects.toThrow(RefusedAddressError),
    );
  });

  test('to where this server itself listens is refused, by name too', async () => {
    const { lookup } = answering(['9.9.9.9']);
    const guard = guardOf([], { lookup, own: () => ({ port, addresses: ['9.9.9.9'] }) });
    await expect(connect(guard, 'receiver.test')).rejects.toThrow(RefusedAddressError);
  });

  test('a name without an address, and one that nobody knows', async () => {
    const { lookup } = answering([]);
    await expect(connect(guardOf([], { lookup }), 'receiver.test')).rejects.toThrow(UnknownHostError);
    const failing = guardOf([], { lookup: () => Promise.reject(new Error('getaddrinfo ENOTFOUND receiver.test')) });
    await expect(connect(failing, 'receiver.test')).rejects.toThrow(UnknownHostError);
  });

  test('connections that are made at the same time share a lookup, later ones ask again', async () => {
    const { lookup, asked } = answering(['127.0.0.1']);
    const guard = guardOf(['127.0.0.1'], { lookup });
    await Promise.all([connect(guard, 'a.test'), connect(guard, 'a.test'), connect(guard, 'b.test')]);
    expect(asked).toEqual(['a.test', 'b.test']);
    await connect(guard, 'a.test');
    expect(asked).toEqual(['a.test', 'b.test', 'a.test']);
  });

  test("the system's names are asked when no other lookup is given", async () => {
    expect(await connect(guardOf(['127.0.0.0/8', '::1']), 'localhost')).toBe('127.0.0.1');
  });
});
