import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress, type Address } from '../../src/delivery/guard/addresses.ts';
import { metadata } from '../../src/delivery/guard/ranges.ts';
import {
  anyPublicIPv4,
  anyPublicIPv6,
  anyRefusedIPv4,
  anyRefusedIPv6,
  asHost,
  carriersOf,
  guardOf,
  REFUSAL,
  spellingsOfIPv4,
  spellingsOfIPv6,
  standInsOf,
  urlsTo,
  urlsWithUser,
  within,
} from './forms.ts';
import ipaddr from 'ipaddr.js';

const closed = guardOf();
const USER = 'A URL with a user name or a password in it cannot be called.';

/** What the guard says about each URL, of those that are not answered as expected. */
function otherwise(urls: string[], expected: string | undefined, guard = closed): [string, string | undefined][] {
  return urls
    .map((url) => [url, guard.checkUrl(url)] as [string, string | undefined])
    .filter(([, said]) => said !== expected);
}

describe('whoever writes an address in another way gets the same answer', () => {
  test('an IPv4 address of a refused range', () => {
    fc.assert(
      fc.property(anyRefusedIPv4, (address) => {
        const hosts = [...spellingsOfIPv4(address), ...standInsOf(address), ...carriersOf(address)];
        expect(otherwise(hosts.flatMap(urlsTo), REFUSAL)).toEqual([]);
        expect(otherwise(hosts.flatMap(urlsWithUser), USER)).toEqual([]);
      }),
    );
  });

  test('an IPv6 address of a refused range, or of none that is given to public hosts', () => {
    fc.assert(
      fc.property(anyRefusedIPv6, (address) => {
        const hosts = spellingsOfIPv6(address);
        expect(otherwise(hosts.flatMap(urlsTo), REFUSAL)).toEqual([]);
        expect(otherwise(hosts.flatMap(urlsWithUser), USER)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('a public IPv4 address, also as an IPv6-only network sees it; not where a tunnel carries it', () => {
    fc.assert(
      fc.property(anyPublicIPv4, (address) => {
        const hosts = [...spellingsOfIPv4(address), ...standInsOf(address)];
        expect(otherwise(hosts.flatMap(urlsTo), undefined)).toEqual([]);
        expect(otherwise(carriersOf(address).flatMap(urlsTo), REFUSAL)).toEqual([]);
      }),
    );
  });

  test('a public IPv6 address', () => {
    fc.assert(
      fc.property(anyPublicIPv6, (address) => {
        expect(otherwise(spellingsOfIPv6(address).flatMap(urlsTo), undefined)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    'localhost',
    'LOCALHOST',
    'localhost.',
    'loc%61lhost',
    'ｌｏｃａｌｈｏｓｔ',
    'loc\u00ADalhost',
    'a.b.LocalHost.',
  ])('this machine by its name: %s', (host) => expect(otherwise(urlsTo(host), REFUSAL)).toEqual([]));

  test.each([
    '[fe80::1%25eth0]',
    '[fe80::1%eth0]',
    '[::1%251]',
    '127.0.0.1%00',
    '127.0.0.256',
    '0x100000000',
    '[::127.1]',
    '[127.0.0.1]',
    '%5B::1%5D',
  ])('what is no host of a URL is not called: %s', (host) =>
    expect(otherwise([`http://${host}/`], 'An absolute http or https URL is needed.')).toEqual([]),
  );
});

describe('a metadata address', () => {
  /** Allows all that can be allowed at one stroke. */
  const open = guardOf(['0.0.0.0/0', '::/0', '*.example.com', 'localhost']);

  test('is not covered by a wide entry, however it is written or carried', () => {
    fc.assert(
      fc.property(within(metadata), (address) => {
        const hosts =
          address instanceof ipaddr.IPv4
            ? [...spellingsOfIPv4(address), ...standInsOf(address), ...carriersOf(address)]
            : spellingsOfIPv6(address);
        expect(otherwise(hosts.flatMap(urlsTo), REFUSAL, open)).toEqual([]);
      }),
    );
  });

  test('is called when it is named itself', () => {
    fc.assert(
      fc.property(within(metadata), (address) => {
        expect(otherwise(urlsTo(asHost(address)), undefined, guardOf([address.toString()]))).toEqual([]);
      }),
    );
  });
});

test.each<[string, string]>([
  ['::8.8.8.8', '::808:808'],
  ['::ffff:8.8.8.8', '::ffff:808:808'],
  ['64:ff9b::10.0.0.1', '64:ff9b::a00:1'],
  ['::ffff:0:10.0.0.1', '::ffff:0:a00:1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['fe80::1%eth-0.1', 'fe80::1'],
  ['FD00:EC2::254', 'fd00:ec2::254'],
])('the system writes %s for the address %s', (text, address) => expect(parseAddress(text)?.toString()).toBe(address));

test('an address that the library writes is read as the same address', () => {
  fc.assert(
    fc.property(
      fc.oneof<fc.Arbitrary<Address>[]>(anyPublicIPv4, anyPublicIPv6, anyRefusedIPv4, anyRefusedIPv6),
      (address) => {
        expect(parseAddress(address.toString())?.toByteArray()).toEqual(address.toByteArray());
      },
    ),
  );
});
