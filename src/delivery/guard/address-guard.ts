import { lookup as systemLookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { systemClock, type Clock } from '../../core/clock.ts';
import { parseAddress, type Address } from './addresses.ts';
import { AllowList, hostOf } from './allow-list.ts';
import { effective } from './embedding.ts';
import { REFUSAL, RefusedAddressError, UnknownHostError } from './errors.ts';
import { Lookups, type Lookup } from './lookups.ts';
import { isMetadata, isSpecial } from './ranges.ts';
import { readTarget } from './target.ts';

export interface GuardOptions {
  /** Addresses, CIDRs, host names and `*.suffix` that may be called although they are not public. */
  allow: readonly string[];
  /** Where this server itself listens; asked at every connection, since the port may be known only later. */
  own: () => { port: number; addresses: readonly string[] };
  /** Every address of a host name. */
  lookup?: Lookup;
  clock?: Clock;
}

/** One of undici's, which gives the socket that it is about to connect; none when the guard refuses. */
export type Connector = (...args: Parameters<buildConnector.connector>) => Socket | undefined;

/**
 * Keeps every request that this server makes for somebody else out of the networks around it (DEL-14, FILE-7).
 *
 * What counts is the address that is connected to, so it is vetted when a connection is made: a host name is resolved
 * once, all answers are vetted, and the connection goes to one of them without asking again. One answer that is refused
 * refuses the host, even beside good ones: a name that mixes public and private addresses is a mistake or an attempt to
 * get at the private one by luck of the draw.
 */
export class AddressGuard {
  readonly #allow: AllowList;
  readonly #own: GuardOptions['own'];
  readonly #lookups: Lookups;

  /** Throws when an entry of `allow` cannot be understood. */
  constructor({ allow, own, lookup = lookUpAll, clock = systemClock }: GuardOptions) {
    this.#allow = new AllowList(allow);
    this.#own = own;
    this.#lookups = new Lookups(lookup, clock);
  }

  /**
   * Why a URL cannot be called, as far as can be told without asking a name server; undefined when nothing speaks against
   * it. A sentence for the client.
   */
  checkUrl(text: string): string | undefined {
    const target = readTarget(text);
    if (typeof target === 'string') return target;
    const host = hostOf(target);
    // RFC 6761: these are loopback, whatever a name server says.
    const address = parseAddress(host === 'localhost' || host.endsWith('.localhost') ? '127.0.0.1' : host);
    return address && this.#refuses(address, host, portOf(target)) ? REFUSAL : undefined;
  }

  /**
   * Makes connections to one origin, for undici's `connect` option. Fails with `RefusedAddressError` or
   * `UnknownHostError`; looking up the name counts towards `timeout`.
   */
  connector(origin: URL, options: buildConnector.BuildOptions): Connector {
    const port = portOf(origin);
    const lookup: LookupFunction = (hostname, _, callback) => void this.#answer(hostname, port, callback);
    // Has Node ask for all addresses, and try one after the other.
    const connect = buildConnector({ ...options, autoSelectFamily: true, lookup }) as Connector;
    return (target, callback) => {
      const { hostname } = target;
      // A literal address is connected to without any lookup.
      const isRefused = isIP(hostname) !== 0 && !this.#permits(hostname, hostname, port);
      if (!isRefused) return connect(target, callback);
      callback(new RefusedAddressError(), null);
      return undefined;
    };
  }

  async #answer(hostname: string, port: number, callback: Parameters<LookupFunction>[2]): Promise<void> {
    let addresses;
    try {
      addresses = await this.#resolve(hostname, port);
    } catch (error) {
      return callback(error as Error, []);
    }
    callback(null, addresses);
  }

  async #resolve(hostname: string, port: number): Promise<LookupAddress[]> {
    const addresses = await this.#lookups.addressesOf(hostname);
    if (addresses.length === 0) throw new UnknownHostError('The host name has no address.');
    const host = hostname.replace(/\.$/, '');
    if (!addresses.every(({ address }) => this.#permits(address, host, port))) throw new RefusedAddressError();
    return [...addresses];
  }

  /** Whatever cannot be understood is not permitted. */
  #permits(text: string, host: string, port: number): boolean {
    const address = parseAddress(text);
    return address !== undefined && !this.#refuses(address, host, port);
  }

  #refuses(address: Address, host: string, port: number): boolean {
    const called = effective(address);
    if (isMetadata(address)) return !this.#allow.namesAddress(address) && !this.#allow.namesAddress(called);
    if (this.#allow.namesHost(host) || this.#allow.covers(address) || this.#allow.covers(called)) return false;
    return isSpecial(called) || this.#isOwn(called, port);
  }

  #isOwn(address: Address, port: number): boolean {
    const own = this.#own();
    const text = address.toNormalizedString();
    return port === own.port && own.addresses.some((one) => parseAddress(one)?.toNormalizedString() === text);
  }
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

function lookUpAll(hostname: string): Promise<LookupAddress[]> {
  return systemLookup(hostname, { all: true });
}
