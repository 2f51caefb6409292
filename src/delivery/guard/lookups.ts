import type { LookupAddress } from 'node:dns';
import type { Clock } from '../../core/clock.ts';
import { UnknownHostError } from './errors.ts';

export type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>;

/** A lookup that has not begun by then is not worth beginning, in ms: whoever asked has given up. */
const PATIENCE_MS = 10_000;
/** An answer that took longer is not one that the next lookup may count on, in ms. */
const PROMPT_MS = 500;
const MOST_PROMPT = 10_000;

/**
 * Asks the system for the addresses of host names, so that name servers that are slow or silent hold up nobody else's.
 *
 * Node looks up two names at a time and takes back none, so a few such names would be in everybody's way for minutes.
 * Hence names that did not answer promptly the last time, and new ones, take turns, one at a time: the other place is free
 * for those that did.
 */
export class Lookups {
  readonly #lookup: Lookup;
  readonly #clock: Clock;
  readonly #underWay = new Map<string, Promise<readonly LookupAddress[]>>();
  /** Names that answered promptly the last time, the one that is longest ago first. */
  readonly #prompt = new Set<string>();
  readonly #queue: (() => void)[] = [];
  #isTaken = false;

  constructor(lookup: Lookup, clock: Clock) {
    this.#lookup = lookup;
    this.#clock = clock;
  }

  /** Those who ask for a name at the same time share a lookup. Rejects with `UnknownHostError`. */
  addressesOf(hostname: string): Promise<readonly LookupAddress[]> {
    let addresses = this.#underWay.get(hostname);
    if (!addresses) {
      addresses = this.#find(hostname).finally(() => this.#underWay.delete(hostname));
      this.#underWay.set(hostname, addresses);
    }
    return addresses;
  }

  #find(hostname: string): Promise<readonly LookupAddress[]> {
    return this.#prompt.delete(hostname) ? this.#ask(hostname) : this.#askInTurn(hostname);
  }

  async #askInTurn(hostname: string): Promise<readonly LookupAddress[]> {
    const askedAt = this.#clock.now();
    if (this.#isTaken) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#isTaken = true;
    try {
      if (this.#clock.now() - askedAt > PATIENCE_MS) {
        throw new UnknownHostError('Too many host names were being looked up.');
      }
      return await this.#ask(hostname);
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#isTaken = false;
    }
  }

  async #ask(hostname: string): Promise<readonly LookupAddress[]> {
    const askedAt = this.#clock.now();
    let addresses;
    try {
      addresses = await this.#lookup(hostname);
    } catch (cause) {
      throw new UnknownHostError('The host name could not be resolved.', { cause });
    }
    if (this.#clock.now() - askedAt <= PROMPT_MS) this.#remember(hostname);
    return addresses;
  }

  #remember(hostname: string): void {
    this.#prompt.add(hostname);
    const [oldest = hostname] = this.#prompt;
    if (this.#prompt.size > MOST_PROMPT) this.#prompt.delete(oldest);
  }
}
