import { ApiError } from '../core/errors.ts';
import { StoreUnavailableError } from '../db/index.ts';

/** Why the server ends a socket. What the SDK does then hangs on the code: docs/reference/sockets.md. */
export interface Closing {
  code: number;
  /** At most 123 bytes. */
  reason: string;
}

export const closings = {
  // The SDK comes back by itself after these,
  stopping: { code: 1001, reason: 'The server is stopping.' },
  untrusted: { code: 1001, reason: 'The token is no longer valid.' },
  failed: { code: 1011, reason: 'Something went wrong on our side.' },
  // and after these it does not.
  deleted: { code: 1000, reason: 'The device was deleted.' },
  unreadable: { code: 1003, reason: 'A frame was not the JSON object that was expected.' },
  silent: { code: 1008, reason: 'Nobody said in time who it is.' },
  unauthorized: { code: 1008, reason: 'The first frame has to say who it is.' },
  replaced: { code: 4000, reason: 'Replaced' },
} as const satisfies Record<string, Closing>;

/** Before a socket is open, refusals look like the API's: 4000 and the status. */
export function refusal(error: unknown): Closing | undefined {
  if (error instanceof StoreUnavailableError) return { code: 4503, reason: new ApiError('unavailable').message };
  if (!(error instanceof ApiError)) return undefined;
  // The SDK never comes back after 4403; here, somebody else has only to close a socket.
  const status = error.code === 'tooManyDevices' ? 429 : error.status;
  return { code: 4000 + status, reason: error.message.slice(0, 123) };
}
