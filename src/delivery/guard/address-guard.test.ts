import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contains, type Cidr } from './addresses.ts';
import { AddressGuard, RefusedAddressError, UnknownHostError, type GuardOptions } from './index.ts';
import { metadata, refusedIPv4, refusedIPv6 } from './ranges.ts';

const REFUSAL = 'This is not an address that this server may call.';

function guardOf(allow: string[] = [], options: Partial<GuardOptions> = {}): AddressGuard {
  return new AddressGuard({ allow, own: () => ({ port: 4030, addresses: ['9.9.9.9', '2600::9'] }), ...options });
}

const closed = guardOf();

/** Some address of one of the ranges. */
function within(ranges: readonly Cidr[]): fc.Arbitrary<ipaddr.IPv4 | ipaddr.IPv6> {
  const random = fc.uint8Array({ minLength: 16, maxLength: 16 });
  return fc.tuple(fc.constantFrom(...ranges), random).map(([[base, bits], bytes]) =>
    ipaddr.fromByteArray(
      base.toByteArray().map((byte, index) => {
        const fixed = 0xff & ~(0xff >> Math.min(8, Math.max(0, bits - 8 * index)));
        return (byte & fixed) | ((bytes[index] ?? 0) & ~fixed);
      }),
    ),
  );
}

const anyIPv4 = fc.ipV4().map((text) => ipaddr.IPv4.parse(text));
const anyIPv6 = fc.ipV6().map((text) => ipaddr.IPv6.parse(text));

/** The ways to write an IPv4 address into a URL. */
function spellings({ octets }: ipaddr.IPv4): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  const number = ((a * 256 + b) * 256 + c) * 256 + d;
  const dotted = `${a}.${b}.${c}.${d}`;
  return [
    dotted,
    `${dotted}.`,
    String(number),
    `0x${number.toString(16)}`,
    `0${number.toString(8)}`,
    octets.map((octet) => `0x${octet.toString(16)}`).join('.'),
    octets.map((octet) => `0${octet.toString(8)}`).join('.'),
    octets.map((octet) => `000${octet.toString(8)}`).join('.'),
    `${a}.${number % 2 ** 24}`,
    `${a}.${b}.${c * 256 + d}`,
    dotted.replaceAll('.', '。'),
    dotted.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    dotted.replaceAll(/\d/g, (digit) => `%3${digit}`),
  ];
}

/** The IPv6 addresses that stand for an IPv4 address or carry one. */
function embeddings({ octets }: ipaddr.IPv4): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = octets.map((octet) => octet.toString(16).padStart(2, '0'));
  const inverted = octets.map((octet) => (octet ^ 0xff).toString(16).padStart(2, '0'));
  return [
    `[::ffff:${octets.join('.')}]`,
    `[::ffff:${a}${b}:${c}${d}]`,
    `[0:0:0:0:0:FFFF:${a}${b}:${c}${d}]`,
    `[::${octets.join('.')}]`,
    `[::ffff:0:${a}${b}:${c}${d}]`,
    `[64:ff9b::${octets.join('.')}]`,
    `[64:ff9b::${a}${b}:${c}${d}]`,
    `[64:ff9b:1::${a}${b}:${c}${d}]`,
    `[64:ff9b:1:${a}${b}:${c}:${d}00::]`,
    `[2002:${a}${b}:${c}${d}::1]`,
    `[2001:0:${a}${b}:${c}${d}::1]`,
    `[2001:0:808:808:0:0:${inverted[0]}${inverted[1]}:${inverted[2]}${inverted[3]}]`,
  ];
}

describe('checkUrl', () => {
  test.each([
    ['https://bot.example.com/hook', undefined],
    ['http://bot.example.com:8080/hook?a=b#c', undefined],
    ['HTTPS://BOT.example.COM./hook', undefined],
    ['https://bücher.example/', undefined],
    ['https://bot.example.com:65535/', undefined],
    ['https://9.9.9.8:4030/', undefined],
    ['https://9.9.9.9/', undefined],
    ['http://9.9.9.9:4030/v1/messages', REFUSAL],
    ['http://[2600::9]:4030/', REFUSAL],
    ['http://[::ffff:9.9.9.9]:4030/', REFUSAL],
    ['http://localhost/', REFUSAL],
    ['http://LOCALHOST.:4030/', REFUSAL],
    ['http://bot.localhost/', REFUSAL],
    ['http://0/', REFUSAL],
    ['http://[::]/', REFUSAL],
    ['ftp://bot.example.com/', 'Only http and https can be called.'],
    ['file:///etc/passwd', 'Only http and https can be called.'],
    ['ws://bot.example.com/', 'Only http and https can be called.'],
    ['javascript:alert(1)', 'Only http and https can be called.'],
    ['https://user@bot.example.com/', 'A URL with a user name or a password in it cannot be called.'],
    ['https://:password@bot.example.com/', 'A URL with a user name or a password in it cannot be called.'],
    ['https://bot.example.com@127.0.0.1/', 'A URL with a user name or a password in it cannot be called.'],
    ['https://bot.example.com:0/', 'Port 0 cannot be called.'],
    ['https://bot.example.com:65536/', 'An absolute http or https URL is needed.'],
    ['https://', 'An absolute http or https URL is needed.'],
    ['/hook', 'An absolute http or https URL is needed.'],
    ['https://1.2.3.256/', 'An absolute http or https URL is needed.'],
    ['https://[fe80::1%25eth0]/', 'An absolute http or https URL is needed.'],
    ['', 'An absolute http or https URL is needed.'],
  ])('%s', (url, expected) => expect(closed.checkUrl(url)).toBe(expected));

  test.each(
    `8.8.8.8 1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15
     168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0
     192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0
     223.255.255.255 [2606:4700:4700::1111] [2001:200::] [2001:db7:ffff::1] [2001:db9::] [2003::] [2620:4f:7fff::1]
     [2000::] [3ffe:ffff::1] [::ffff:8.8.8.8] [64:ff9b::8.8.8.8]`.split(/\s+/),
  )('public: %s', (host) => expect(closed.checkUrl(`http://${host}/`)).toBeUndefined());

  test.each(
    `0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 100.100.100.200 127.0.0.0 127.255.255.255
     168.63.129.16 169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.192
     192.0.0.255 192.0.2.0 192.0.2.255 192.31.196.1 192.52.193.1 192.88.99.0 192.88.99.255 192.168.0.0 192.168.255.255
     192.175.48.1 198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255 224.0.0.0
     239.255.255.255 240.0.0.0 255.255.255.255 [::] [::1] [100::1] [fc00::] [fd00:ec2::254] [fdff::1] [fe80::1]
     [febf::1] [fec0::1] [ff02::1] [2001::1] [2001:2::1] [2001:10::1] [2001:1ff:ffff::1] [2001:db8::] [2001:db8:ffff::1]
     [2002::1] [2620:4f:8000::1] [3fff::1] [3fff:fff::1] [5f00::1] [4000::1] [1fff::1]`.split(/\s+/),
  )('not public: %s', (host) => expect(closed.checkUrl(`http://${host}/`)).toBe(REFUSAL));

  test('an IPv4 address of a refused range, however it is written or wrapped', () => {
    fc.assert(
      fc.property(within(refusedIPv4), (address) => {
        if (!(address instanceof ipaddr.IPv4)) throw new Error('not IPv4');
        const hosts = [...spellings(address), ...embeddings(address)];
        expect(hosts.filter((host) => closed.checkUrl(`http://${host}/`) !== REFUSAL)).toEqual([]);
        expect(hosts.filter((host) => !closed.checkUrl(`http://a@${host}/`)?.includes('user name'))).toEqual([]);
      }),
    );
  });

  test('an IPv6 address of a refused range, or of none that is given to public hosts', () => {
    fc.assert(
      fc.property(fc.oneof(within(refusedIPv6), anyIPv6), (address) => {
        const [first = 0] = address.toByteArray();
        fc.pre(address.range() !== 'ipv4Mapped' && address.range() !== 'rfc6052');
        fc.pre(!(first >= 0x20 && first < 0x40) || refusedIPv6.some((range) => address.match(range)));
        expect(closed.checkUrl(`http://[${address.toString()}]/`)).toBe(REFUSAL);
      }),
    );
  });

  test('whatever the ipaddr.js library knows as special', () => {
    const near = fc.oneof(within(refusedIPv4), within(refusedIPv6), anyIPv4, anyIPv6);
    fc.assert(
      fc.property(near, (address) => {
        const range = address.range();
        fc.pre(range !== 'unicast' && range !== 'ipv4Mapped' && range !== 'rfc6052');
        const host = address.kind() === 'ipv6' ? `[${address.toString()}]` : address.toString();
        expect({ range, answer: closed.checkUrl(`http://${host}/`) }).toEqual({ range, answer: REFUSAL });
      }),
      { numRuns: 1_000 },
    );
  });

  test('every other IPv4 address may be called', () => {
    fc.assert(
      fc.property(anyIPv4, (address) => {
        fc.pre(![...refusedIPv4, ...metadata].some((range) => contains(range, address)));
        expect(spellings(address).filter((host) => closed.checkUrl(`http://${host}/`) !== undefined)).toEqual([]);
      }),
    );
  });
});

describe('the allow-list', () => {
  test.each<[string[], string, string | undefined]>([
    [['127.0.0.0/8', '::1', 'localhost'], 'http://127.0.0.1:3000/', undefined],
    [['127.0.0.0/8', '::1', 'localhost'], 'http://[::1]:3000/', undefined],
    [['127.0.0.0/8', '::1', 'localhost'], 'http://localhost:3000/', undefined],
    [['127.0.0.0/8', '::1', 'localhost'], 'http://bot.localhost:3000/', undefined],
    [['127.0.0.0/8', '::1', 'localhost'], 'http://10.0.0.1/', REFUSAL],
    [['127.0.0.0/8', '::1', 'localhost'], 'http://[::2]/', REFUSAL],
    [['10.1.0.0/16'], 'http://10.1.255.255/', undefined],
    [['10.1.0.0/16'], 'http://10.2.0.0/', REFUSAL],
    [['10.1.0.0/16'], 'http://[::ffff:10.1.2.3]/', undefined],
    [['10.1.0.0/16'], 'http://[64:ff9b::10.1.2.3]/', undefined],
    [['10.1.0.0/16'], 'http://[2002:a01:203::1]/', REFUSAL],
    [['10.1.2.3'], 'http://10.1.2.3/', undefined],
    [['10.1.2.3'], 'http://10.1.2.4/', REFUSAL],
    [['fd00:1::/32'], 'http://[fd00:1::5]/', undefined],
    [['::ffff:10.0.0.0/104'], 'http://[::ffff:10.1.2.3]/', undefined],
    [['9.9.9.9'], 'http://9.9.9.9:4030/', undefined],
    // Those that hand out credentials have to be named one by one.
    [['0.0.0.0/0', '::/0'], 'http://10.0.0.1/', undefined],
    [['0.0.0.0/0', '::/0'], 'http://169.254.169.254/latest/meta-data/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://169.254.170.2/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://168.63.129.16/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://[fd00:ec2::254]/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://100.100.100.200/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://192.0.0.192/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://[fd00:ec2::23]/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://[fd20:ce::254]/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://[fd00:42::42]/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://[fe80::a9fe:a9fe]/', REFUSAL],
    [['169.254.0.0/16'], 'http://169.254.169.254/', REFUSAL],
    [['fd00::/8'], 'http://[fd00:ec2::254]/', REFUSAL],
    [['169.254.169.254'], 'http://169.254.169.254/', undefined],
    [['169.254.169.254/32'], 'http://169.254.169.254/', undefined],
    [['169.254.169.254'], 'http://[::ffff:169.254.169.254]/', undefined],
    [['169.254.169.254'], 'http://169.254.169.253/', REFUSAL],
    [['169.254.169.254', '::/0'], 'http://[2002:a9fe:a9fe::1]/', REFUSAL],
  ])('%j and %s', (allow, url, expected) => expect(guardOf(allow).checkUrl(url)).toBe(expected));

  test('a wide entry never covers a metadata address, however it is wrapped', () => {
    const open = guardOf(['0.0.0.0/0', '::/0']);
    fc.assert(
      fc.property(within(metadata), (address) => {
        const hosts =
          address instanceof ipaddr.IPv4
            ? [...spellings(address), ...embeddings(address)]
            : [`[${address.toString()}]`];
        expect(hosts.filter((host) => open.checkUrl(`http://${host}/`) !== REFUSAL)).toEqual([]);
      }),
    );
  });

  test.each([
    '',
    '*',
    '*.',
    'a b',
    '10.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '010.0.0.1',
    'fd00::/129',
    '[::1]',
    'localhost:3000',
    'http://localhost',
    'a*.example.com',
    'user@host',
  ])('%j cannot be an entry', (entry) => expect(() => guardOf([entry])).toThrow(`'${entry}' cannot be allowed: write`));
});

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

describe('connecting', () => {
  let port: number;
  let connections: number;
  let stop: () => Promise<void>;

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
    stop = async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    };
  });
  afterEach(() => stop());

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

  test.each(['127.0.0.1', '[::ffff:127.0.0.1]', '0.0.0.0', '[::1]', '[::]', '10.0.0.1', '169.254.169.254'])(
    'to %s is refused, and no connection is made',
    async (host) => {
      await expect(connect(closed, host)).rejects.toThrow(new RefusedAddressError());
      expect(connections).toBe(0);
    },
  );

  test('to an allowed address', async () => {
    expect(await connect(guardOf(['127.0.0.1']), '127.0.0.1')).toBe('127.0.0.1');
  });

  test('a name is resolved once, and the connection goes to the address that was vetted', async () => {
    const { lookup, asked } = answering(['127.0.0.1'], ['127.0.0.2']);
    expect(await connect(guardOf(['127.0.0.1'], { lookup }), 'receiver.test')).toBe('127.0.0.1');
    expect(asked).toEqual(['receiver.test']);
  });

  test('a name that has come to mean something else is refused at the next connection', async () => {
    const { lookup } = answering(['127.0.0.1'], ['127.0.0.2']);
    const guard = guardOf(['127.0.0.1'], { lookup });
    await connect(guard, 'receiver.test');
    await expect(connect(guard, 'receiver.test')).rejects.toThrow(RefusedAddressError);
    expect(connections).toBe(1);
  });

  test.each([
    [['127.0.0.1', '127.0.0.2']],
    [['127.0.0.2', '127.0.0.1']],
    [['127.0.0.1', 'fe80::1%eth0']],
    [['127.0.0.1', '::ffff:127.0.0.2']],
    [['127.0.0.1', 'no address']],
  ])('one answer that is refused refuses the name: %j', async (answer) => {
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
