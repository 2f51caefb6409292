import ipaddr from 'ipaddr.js';
import { contains, parseCidr, type Address, type Cidr } from './addresses.ts';

/*
 * Kept by hand after these registries, and compared with what ipaddr.js has of them by a test:
 *   https://www.iana.org/assignments/iana-ipv4-special-registry
 *   https://www.iana.org/assignments/iana-ipv6-special-registry
 *   https://www.iana.org/assignments/ipv6-address-space
 * Stricter than their "globally reachable": also refused is what is reachable and never somebody's server.
 */

/** No receiver that the public internet could reach is in these. */
export const refusedIPv4: readonly Cidr[] = cidrs(
  '0.0.0.0/8', // this network (RFC 791); Linux takes 0.0.0.0 for the machine itself
  '10.0.0.0/8', // private (RFC 1918)
  '100.64.0.0/10', // shared by a carrier's customers (RFC 6598)
  '127.0.0.0/8', // loopback (RFC 1122)
  '169.254.0.0/16', // link-local (RFC 3927)
  '172.16.0.0/12', // private (RFC 1918)
  '192.0.0.0/24', // protocol assignments (RFC 6890)
  '192.0.2.0/24', // documentation (RFC 5737)
  '192.31.196.0/24', // AS112 (RFC 7535)
  '192.52.193.0/24', // AMT relays (RFC 7450)
  '192.88.99.0/24', // 6to4 relays (RFC 7526)
  '192.168.0.0/16', // private (RFC 1918)
  '192.175.48.0/24', // AS112 (RFC 7534)
  '198.18.0.0/15', // benchmarking (RFC 2544)
  '198.51.100.0/24', // documentation (RFC 5737)
  '203.0.113.0/24', // documentation (RFC 5737)
  '224.0.0.0/4', // multicast (RFC 5771)
  '240.0.0.0/4', // reserved (RFC 1112), with 255.255.255.255, the broadcast address (RFC 919)
);

/** All that is given to public hosts. Everything else is refused: loopback, link-local, unique local, multicast, reserved. */
const publicIPv6: Cidr = cidr('2000::/3');

/** Refused within `publicIPv6`. */
export const refusedIPv6: readonly Cidr[] = cidrs(
  '2001::/23', // protocol assignments (RFC 2928): Teredo, benchmarking, ORCHID, AMT, AS112, DRIP
  '2001:db8::/32', // documentation (RFC 3849)
  '2002::/16', // 6to4 (RFC 3056, given up by RFC 7526)
  '2620:4f:8000::/48', // AS112 (RFC 7534)
  '3fff::/20', // documentation (RFC 9637)
);

/**
 * Where clouds hand credentials to whoever asks. A wide entry of the allow-list does not cover these: each has to be
 * named itself.
 */
export const metadata: readonly Cidr[] = cidrs(
  '169.254.0.0/16', // link-local as a whole: AWS, Azure, Google, Oracle and others .169.254, AWS containers .170.2 and .170.23
  'fe80::/10', // link-local; OpenStack fe80::a9fe:a9fe
  '168.63.129.16/32', // Azure's agents, behind what looks like a public address
  '100.100.100.200/32', // Alibaba
  '192.0.0.192/32', // Oracle, formerly
  'fd00:ec2::/32', // AWS ::254, and ::23 for containers
  'fd20:ce::/32', // Google ::254
  'fd00:42::42/128', // Scaleway
);

interface Embedding {
  within: Cidr;
  /** Places of the four octets. */
  at: readonly [number, number, number, number];
  inverted?: true;
}

/** These are the IPv4 address they carry, as a socket or a NAT64 gateway sees it, and are judged as that. */
const transparent: readonly Embedding[] = [
  { within: cidr('::ffff:0:0/96'), at: [12, 13, 14, 15] }, // IPv4-mapped (RFC 4291)
  { within: cidr('64:ff9b::/96'), at: [12, 13, 14, 15] }, // NAT64 (RFC 6052): public hosts seen from an IPv6-only network
];

/** These are refused whatever they carry, unless allowed; what they carry matters for `metadata` alone. */
const embeddings: readonly Embedding[] = [
  ...transparent,
  { within: cidr('::/96'), at: [12, 13, 14, 15] }, // IPv4-compatible (RFC 4291)
  { within: cidr('::ffff:0:0:0/96'), at: [12, 13, 14, 15] }, // IPv4-translated (RFC 2765)
  // NAT64 of a local network (RFC 8215) has its prefix end at any of the places of RFC 6052.
  { within: cidr('64:ff9b:1::/48'), at: [6, 7, 9, 10] },
  { within: cidr('64:ff9b:1::/48'), at: [7, 9, 10, 11] },
  { within: cidr('64:ff9b:1::/48'), at: [9, 10, 11, 12] },
  { within: cidr('64:ff9b:1::/48'), at: [12, 13, 14, 15] },
  { within: cidr('2002::/16'), at: [2, 3, 4, 5] }, // 6to4
  { within: cidr('2001::/32'), at: [4, 5, 6, 7] }, // Teredo: its server
  { within: cidr('2001::/32'), at: [12, 13, 14, 15], inverted: true }, // Teredo: the host (RFC 4380)
];

/** The address itself, or the IPv4 address that it stands for. */
export function effective(address: Address): Address {
  const embedding = transparent.find(({ within }) => contains(within, address));
  return embedding ? extract(address, embedding) : address;
}

/** Not an address of the public internet. */
export function isSpecial(address: Address): boolean {
  if (address.kind() === 'ipv4') return refusedIPv4.some((range) => contains(range, address));
  return !contains(publicIPv6, address) || refusedIPv6.some((range) => contains(range, address));
}

export function isMetadata(address: Address): boolean {
  const carried = embeddings
    .filter(({ within }) => contains(within, address))
    .map((embedding) => extract(address, embedding));
  return [address, ...carried].some((form) => metadata.some((range) => contains(range, form)));
}

function extract(address: Address, { at, inverted }: Embedding): Address {
  const bytes = address.toByteArray();
  return new ipaddr.IPv4(at.map((place) => (bytes[place] ?? 0) ^ (inverted ? 0xff : 0)));
}

function cidrs(...texts: string[]): Cidr[] {
  return texts.map(cidr);
}

function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (!parsed) throw new Error(`${text} is not a range of addresses.`);
  return parsed;
}
