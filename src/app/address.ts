import type { AppOptions } from './options.ts';

/** Addresses that a person on this machine would call localhost. */
const localNames = new Set(['localhost', '127.0.0.1', '0.0.0.0', '::', '::1']);
/** Those of them that stand for all addresses of the machine. */
const anyAddress = new Set(['0.0.0.0', '::']);

/** Where this server is reached. What the options leave open is known once it listens. */
export class OwnAddress {
  readonly #host: string;
  #port: number;
  #publicUrl: string | undefined;

  constructor({ http, publicUrl }: Pick<AppOptions, 'http' | 'publicUrl'>) {
    this.#host = http.host;
    this.#port = http.port;
    this.#publicUrl = publicUrl;
  }

  get port(): number {
    return this.#port;
  }

  /** Undefined: nobody has said, and it listens on all addresses. */
  get publicUrl(): string | undefined {
    return this.#publicUrl;
  }

  /** Answers the URL to call from this machine. */
  listensOn(address: URL): string {
    this.#port = Number(address.port);
    const url = `http://${localNames.has(this.#host) ? 'localhost' : address.hostname}:${this.#port}`;
    if (!anyAddress.has(this.#host)) this.#publicUrl ??= url;
    return url;
  }
}
