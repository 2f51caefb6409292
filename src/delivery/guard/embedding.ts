import ipaddr from 'ipaddr.js';
import { cidr, contains, type Address, type Cidr } from './addresses.ts';

/** Where the addresses of an IPv6 range carry an IPv4 address. */
interface Embedding {
  within: Cidr;
  /** Places of the four octets. */
  at: readonly [number, number, number, number];
  /** Its bits are turned round. */
  inverted: boolean;
}

/** These are the IPv4 address they carry, as a socket or a NAT64 gateway sees it, and are judged as that. */
const transparent: readonly Embedding[] = [
  embedding('::ffff:0:0/96', [12, 13, 14, 15]), // IPv4-mapped (RFC 4291)
  embedding('64:ff9b::/96', [12, 13, 14, 15]), // NAT64 (RFC 6052): public hosts seen from an IPv6-only network
];

/** These are refused whatever they carry, unless allowed; what they carry matters for metadata addresses alone. */
const embeddings: readonly Embedding[] = [
  ...transparent,
  embedding('::/96', [12, 13, 14, 15]), // IPv4-compatible (RFC 4291)
  embedding('::ffff:0:0:0/96', [12, 13, 14, 15]), // IPv4-translated (RFC 2765)
  // NAT64 of a local network (RFC 8215) has its prefix end at any of the places of RFC 6052.
  embedding('64:ff9b:1::/48', [6, 7, 9, 10]),
  embedding('64:ff9b:1::/48', [7, 9, 10, 11]),
  embedding('64:ff9b:1::/48', [9, 10, 11, 12]),
  embedding('64:ff9b:1::/48', [12, 13, 14, 15]),
  embedding('2002::/16', [2, 3, 4, 5]), // 6to4 (RFC 3056)
  embedding('2001::/32', [4, 5, 6, 7]), // Teredo: its server
  embedding('2001::/32', [12, 13, 14, 15], true), // Teredo: the host (RFC 4380)
];

/** The address itself, or the IPv4 address that it stands for. */
export function effective(address: Address): Address {
  const found = transparent.find(({ within }) => contains(within, address));
  return found ? extract(address, found) : address;
}

/** Every IPv4 address that an IPv6 address may be meant to reach. */
export function carriedBy(address: Address): Address[] {
  return embeddings.filter(({ within }) => contains(within, address)).map((one) => extract(address, one));
}

function extract(address: Address, { at, inverted }: Embedding): Address {
  const bytes = address.toByteArray();
  return new ipaddr.IPv4(at.map((place) => (bytes[place] ?? 0) ^ (inverted ? 0xff : 0)));
}

function embedding(within: string, at: Embedding['at'], inverted = false): Embedding {
  return { within: cidr(within), at, inverted };
}
