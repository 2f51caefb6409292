import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Cidr = [base: Address, bits: number];

/** Takes the usual notation only: what is octal, hexadecimal or short elsewhere has been spelled out by `URL` before. */
export function parseAddress(text: string): Address | undefined {
  return isIP(text) !== 0 && ipaddr.isValid(text) ? ipaddr.parse(text) : undefined;
}

export function parseCidr(text: string): Cidr | undefined {
  const [base = '', bits = '', more] = text.split('/');
  const address = parseAddress(base);
  if (!address || more !== undefined || !/^\d{1,3}$/.test(bits)) return undefined;
  return Number(bits) <= sizeOf(address) ? [address, Number(bits)] : undefined;
}

/** The range of this one address. */
export function only(address: Address): Cidr {
  return [address, sizeOf(address)];
}

export function contains(cidr: Cidr, address: Address): boolean {
  return cidr[0].kind() === address.kind() && address.match(cidr);
}

function sizeOf(address: Address): number {
  return address.kind() === 'ipv4' ? 32 : 128;
}
