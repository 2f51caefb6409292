import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Cidr = [base: Address, bits: number];

/**
 * Takes whatever a socket takes for an address, and nothing else: what is octal, hexadecimal or short elsewhere has been
 * spelled out by `URL` before. The zone of `fe80::1%eth0` is passed over.
 */
export function parseAddress(text: string): Address | undefined {
  const family = isIP(text);
  if (family === 4) return ipaddr.IPv4.parse(text);
  return family === 6 ? ipaddr.IPv6.parse(hexadecimal(text)) : undefined;
}

/** ipaddr.js reads `::1.2.3.4`, which is how the system writes `::102:304`, as `::ffff:1.2.3.4`, and knows few zones. */
function hexadecimal(text: string): string {
  const [address = ''] = text.split('%');
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

export function parseCidr(text: string): Cidr | undefined {
  const [base = '', bits = '', more] = text.split('/');
  const address = parseAddress(base);
  if (!address || more !== undefined || !/^\d{1,3}$/.test(bits)) return undefined;
  return Number(bits) <= sizeOf(address) ? [address, Number(bits)] : undefined;
}

/** A range that is written in the sources. */
export function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (!parsed) throw new Error(`${text} is not a range of addresses.`);
  return parsed;
}

/** The range of this one address. */
export function only(address: Address): Cidr {
  return [address, sizeOf(address)];
}

export function contains(range: Cidr, address: Address): boolean {
  return range[0].kind() === address.kind() && address.match(range);
}

function sizeOf(address: Address): number {
  return address.kind() === 'ipv4' ? 32 : 128;
}
