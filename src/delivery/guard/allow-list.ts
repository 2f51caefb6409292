import { contains, only, parseAddress, parseCidr, type Address, type Cidr } from './addresses.ts';

/** What an operator has permitted beyond public addresses. */
export class AllowList {
  readonly #ranges: Cidr[] = [];
  readonly #hosts = new Set<string>();
  readonly #suffixes: string[] = [];

  /**
   * Entries are addresses, CIDRs, host names, and `*.` with a name for every host below it. Throws an `Error` with a
   * sentence that says what to change.
   */
  constructor(entries: readonly string[]) {
    for (const entry of entries) this.#add(entry.trim());
  }

  /** `host` as `hostOf` gives it. */
  namesHost(host: string): boolean {
    return this.#hosts.has(host) || this.#suffixes.some((suffix) => host.endsWith(suffix));
  }

  covers(address: Address): boolean {
    return this.#ranges.some((range) => contains(range, address));
  }

  /** Whether an entry is this very address. */
  namesAddress(address: Address): boolean {
    const itself = only(address);
    return this.#ranges.some((range) => range[1] === itself[1] && contains(range, address));
  }

  #add(entry: string): void {
    const address = parseAddress(entry);
    const range = address ? only(address) : parseCidr(entry);
    if (range) this.#ranges.push(range);
    else if (entry.startsWith('*.')) this.#suffixes.push(`.${hostName(entry.slice(2), entry)}`);
    else this.#hosts.add(hostName(entry, entry));
  }
}

function hostName(text: string, entry: string): string {
  const url = /^[^\s/:?#@[\]\\*]+$/.test(text) ? URL.parse(`http://${text}`) : null;
  const host = url ? hostOf(url) : '';
  // `10.0` would be 10.0.0.0 in a URL, which is surely not what was meant.
  if (host === '' || parseAddress(host)) {
    throw new Error(
      `'${entry}' cannot be allowed: write an address (10.1.2.3), a range (10.0.0.0/8, fd00::/8), a host name, or *.example.com.`,
    );
  }
  return host;
}

/** Without the brackets of IPv6 and the dot at the end; `URL` has brought it to lower case, ASCII and plain decimals. */
export function hostOf({ hostname }: URL): string {
  return (hostname.startsWith('[') ? hostname.slice(1, -1) : hostname).replace(/\.$/, '');
}
