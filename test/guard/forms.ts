import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { cidr, contains, type Address } from '../../src/delivery/guard/addresses.ts';
import { AddressGuard, type GuardOptions } from '../../src/delivery/guard/index.ts';
import { metadata, refusedIPv4, refusedIPv6, type Range } from '../../src/delivery/guard/ranges.ts';

export const REFUSAL = 'This is not an address that this server may call.';

export function guardOf(allow: string[] = [], options: Partial<GuardOptions> = {}): AddressGuard {
  return new AddressGuard({ allow, own: () => ({ port: 4030, addresses: [] }), ...options });
}

/** Some address of one of the ranges. */
export function within(ranges: readonly Pick<Range, 'cidr'>[]): fc.Arbitrary<Address> {
  const random = fc.uint8Array({ minLength: 16, maxLength: 16 });
  return fc.tuple(fc.constantFrom(...ranges), random).map(
    ([
      {
        cidr: [base, bits],
      },
      bytes,
    ]) =>
      ipaddr.fromByteArray(
        base.toByteArray().map((byte, index) => {
          const fixed = 0xff & ~(0xff >> Math.min(8, Math.max(0, bits - 8 * index)));
          return (byte & fixed) | ((bytes[index] ?? 0) & ~fixed);
        }),
      ),
  );
}

/** What `ranges.ts` leaves to `2000::/3` and leaves out of its rows: all that is refused of IPv6. */
const outside2000 = ['::/3', '4000::/2', '8000::/1'].map((text) => ({ cidr: cidr(text) }));
const transparent = [cidr('::ffff:0:0/96'), cidr('64:ff9b::/96')];
const isIn = (ranges: readonly Range[], address: Address) => ranges.some((one) => contains(one.cidr, address));

export const anyRefusedIPv4 = within([...refusedIPv4, ...metadata.filter(isIPv4)]) as fc.Arbitrary<ipaddr.IPv4>;
export const anyRefusedIPv6 = within([
  ...refusedIPv6,
  ...metadata.filter((one) => !isIPv4(one)),
  ...outside2000,
]).filter((address) => !transparent.some((range) => contains(range, address))) as fc.Arbitrary<ipaddr.IPv6>;

export const anyPublicIPv4 = within([{ cidr: cidr('0.0.0.0/0') }]).filter(
  (address) => !isIn(refusedIPv4, address) && !isIn(metadata, address),
) as fc.Arbitrary<ipaddr.IPv4>;
export const anyPublicIPv6 = within([{ cidr: cidr('2000::/3') }]).filter(
  (address) => !isIn(refusedIPv6, address),
) as fc.Arbitrary<ipaddr.IPv6>;

function isIPv4({ cidr: [base] }: Range): boolean {
  return base.kind() === 'ipv4';
}

/** An address as the host of a URL. */
export function asHost(address: Address): string {
  return address.kind() === 'ipv6' ? `[${address.toString()}]` : address.toString();
}

/** The ways to write an IPv4 address into a URL. */
export function spellingsOfIPv4({ octets }: ipaddr.IPv4): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  const number = ((a * 256 + b) * 256 + c) * 256 + d;
  const dotted = octets.join('.');
  const hex = (value: number) => `0x${value.toString(16)}`;
  const octal = (value: number) => `0${value.toString(8)}`;
  return [
    dotted,
    `${dotted}.`,
    String(number),
    hex(number),
    hex(number).toUpperCase(),
    `0x00${number.toString(16)}`,
    octal(number),
    octets.map(hex).join('.'),
    octets.map(octal).join('.'),
    octets.map((octet) => `000${octet.toString(8)}`).join('.'),
    `${hex(a)}.${octal(b)}.${c}.${hex(d)}`,
    `${a}.${number % 2 ** 24}`,
    `${octal(a)}.${hex(number % 2 ** 24)}.`,
    `${a}.${b}.${c * 256 + d}`,
    `${hex(a)}.${b}.${octal(c * 256 + d)}`,
    ...['\u3002', '\uFF0E', '\uFF61', '%2e', '%E3%80%82'].map((dot) => dotted.replaceAll('.', dot)),
    dotted.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    dotted.replaceAll(/\d/g, (digit) => String.fromCodePoint(0x1d7ce + Number(digit))),
    dotted.replaceAll(/\d/g, (digit) => `%3${digit}`),
    // Characters that are left out when a host is read.
    dotted.replaceAll('.', '.\u00AD'),
    dotted.replaceAll('.', '\u200B.'),
    dotted.replaceAll('.', '\t.\n'),
  ];
}

/** The ways to write an IPv6 address into a URL. */
export function spellingsOfIPv6(address: ipaddr.IPv6): string[] {
  const groups = address.parts.map((part) => part.toString(16).padStart(4, '0'));
  return [
    `[${address.toString()}]`,
    `[${address.toString().toUpperCase()}]`,
    `[${address.toNormalizedString()}]`,
    `[${groups.join(':')}]`,
    `[${groups.slice(0, 6).join(':')}:${address.toByteArray().slice(12).join('.')}]`,
  ];
}

/** The IPv6 addresses that stand for an IPv4 address, as hosts of a URL. */
export function standInsOf(address: ipaddr.IPv4): string[] {
  const [a, b, c, d] = hexOctets(address);
  const dotted = address.toString();
  return [
    `[::ffff:${dotted}]`,
    `[::FFFF:${a}${b}:${c}${d}]`,
    `[0:0:0:0:0:ffff:${dotted}]`,
    `[64:ff9b::${dotted}]`,
    `[0064:FF9B:0:0:0:0:${a}${b}:${c}${d}]`,
  ];
}

/** Those that carry one to some gateway; not public, whatever they carry. */
export function carriersOf(address: ipaddr.IPv4): string[] {
  const [a, b, c, d] = hexOctets(address);
  const inverted = hexOctets(new ipaddr.IPv4(address.octets.map((octet) => octet ^ 0xff)));
  return [
    `[::${address.toString()}]`, // IPv4-compatible
    `[::ffff:0:${a}${b}:${c}${d}]`, // IPv4-translated
    `[64:ff9b:1:${a}${b}:${c}:${d}00::]`, // RFC 6052, prefix of 48 bits
    `[64:ff9b:1:ab${a}:${b}:${c}${d}::]`, // 56
    `[64:ff9b:1:abcd:${a}:${b}${c}:${d}00:0]`, // 64
    `[64:ff9b:1:abcd:0:1:${a}${b}:${c}${d}]`, // 96
    `[2002:${a}${b}:${c}${d}::1]`, // 6to4
    `[2001:0:${a}${b}:${c}${d}::1]`, // Teredo, the server
    `[2001:0:808:808:0:0:${inverted[0]}${inverted[1]}:${inverted[2]}${inverted[3]}]`, // Teredo, the host
  ];
}

function hexOctets({ octets }: ipaddr.IPv4): string[] {
  return octets.map((octet) => octet.toString(16).padStart(2, '0'));
}

/** URLs that lead to the host, though some seem to lead elsewhere. */
export function urlsTo(host: string): string[] {
  return [
    `http://${host}/`,
    `HTTP://${host.toUpperCase()}`,
    `https://${host}:8443/hook?a=b#c`,
    `http:${host}`,
    `http:/${host}`,
    `http:////${host}/`,
    `http:\\\\${host}\\hook`,
    `http://${host}\\@bot.example.com/`,
    `http://${host}#@bot.example.com/`,
    `http://${host}?@bot.example.com/`,
    `http://${host}:80/@bot.example.com/`,
    ` \u0001ht\ttp://${host}\r\n/hook `,
    `http://${host}:\n8\t0/`,
  ];
}

/** The same with a user name or a password, which is reason enough to refuse. */
export function urlsWithUser(host: string): string[] {
  return [
    `http://bot.example.com@${host}/`,
    `http://bot.example.com:80@${host}/`,
    `http://bot.example.com%2F@${host}/`,
    `http://a@b@${host}/`,
    `http://:password@${host}/`,
  ];
}
