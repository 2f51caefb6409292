import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Received } from '../support/receiver.ts';

interface ExpressRequest {
  headers: IncomingHttpHeaders;
  /** Parsed: the SDKs check signatures over this, written as JSON again (WH-21). */
  body: unknown;
}

interface ExpressResponse {
  status(code: number): void;
  send(text: string): void;
  end(): void;
}

/** Answers as a route of Express with its JSON body parser would: as much of it as the SDKs' handlers use. */
export function expressRoute(handler: (request: ExpressRequest, response: ExpressResponse) => unknown) {
  return (response: ServerResponse, { headers, body }: Pick<Received, 'headers' | 'body'>): void => {
    handler(
      { headers, body: JSON.parse(body) },
      {
        status: (code) => {
          response.statusCode = code;
        },
        send: (text) => {
          response.end(text);
        },
        end: () => {
          response.end();
        },
      },
    );
  };
}
