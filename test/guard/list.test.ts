import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { cidr, type Address, type Cidr } from '../../src/delivery/guard/addresses.ts';
import { metadata, refusedIPv4, refusedIPv6 } from '../../src/delivery/guard/ranges.ts';
import { asHost, guardOf, REFUSAL, within } from './forms.ts';

const closed = guardOf();

/** IANA's registries of special-purpose addresses, every block of them; IPv4 as of 2021, IPv6 as of 2025. */
const registry = {
  ipv4: `0.0.0.0/8 0.0.0.0/32 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.0/29
    192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 192.0.0.171/32 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24
    192.88.99.0/24 192.88.99.2/32 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24
    240.0.0.0/4 255.255.255.255/32`.split(/\s+/),
  ipv6: `::1/128 ::/128 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001::/32 2001:1::1/128 2001:1::2/128
    2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16
    2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10`.split(/\s+/),
  /** Judged as the IPv4 address they carry. */
  transparent: ['::ffff:0:0/96', '64:ff9b::/96'],
};

function ends([base, bits]: Cidr): Address[] {
  const bytes = base.toByteArray();
  const last = bytes.map((byte, index) => byte | (0xff >> Math.min(8, Math.max(0, bits - 8 * index))));
  return [base, ipaddr.fromByteArray(last)];
}

describe('the list of refused ranges', () => {
  test.each([...registry.ipv4, ...registry.ipv6])(
    "IANA's %s is refused from its first to its last address",
    (block) => {
      const urls = ends(cidr(block)).map((address) => `http://${asHost(address)}/`);
      expect(urls.map((url) => closed.checkUrl(url))).toEqual([REFUSAL, REFUSAL]);
    },
  );

  test('has nothing but what is registered there, and multicast', () => {
    const known = new Set([...registry.ipv4, ...registry.ipv6, '224.0.0.0/4']);
    expect([...refusedIPv4, ...refusedIPv6].filter(({ text }) => !known.has(text))).toEqual([]);
  });

  test('knows whatever the ipaddr.js library knows as special', () => {
    const any = [{ cidr: cidr('0.0.0.0/0') }, { cidr: cidr('::/0') }];
    fc.assert(
      fc.property(fc.oneof(within(refusedIPv4), within(refusedIPv6), within(any)), (address) => {
        const range = address.range();
        fc.pre(range !== 'unicast' && range !== 'ipv4Mapped' && !address.toString().startsWith('64:ff9b::'));
        expect({ range, said: closed.checkUrl(`http://${asHost(address)}/`) }).toEqual({ range, said: REFUSAL });
      }),
      { numRuns: 2_000 },
    );
  });

  test('names the source of every row', () => {
    for (const { text, what, source } of [...refusedIPv4, ...refusedIPv6, ...metadata]) {
      expect(what, text).not.toBe('');
      expect(source, text).toMatch(/^(?:RFC \d+(?:, RFC \d+)*|https:\/\/\S+)$/);
    }
  });
});
