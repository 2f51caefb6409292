/** What a client is told of an address that is refused. Does not tell which. */
export const REFUSAL = 'This is not an address that this server may call.';

/** The host name has an address that this server may not call, or is one. */
export class RefusedAddressError extends Error {
  override name = 'RefusedAddressError';

  constructor() {
    super(REFUSAL);
  }
}

/** The host name has no address, or nobody could be asked. */
export class UnknownHostError extends Error {
  override name = 'UnknownHostError';
}
