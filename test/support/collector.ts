import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as it went over the wire. */
export interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  /** 1 internal, 2 server, 3 client */
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Record<string, string | number>;
  /** 2: it failed. */
  status: { code?: number };
}

interface Wire {
  resourceSpans: {
    scopeSpans: {
      spans: (Omit<SentSpan, 'attributes'> & {
        attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
      })[];
    }[];
  }[];
}

/** A real HTTP server in the place of somebody's OpenTelemetry collector. */
export class Collector implements AsyncDisposable {
  readonly url: string;
  readonly spans: SentSpan[] = [];
  /** Bodies as they came. */
  text = '';
  /** What it answers. */
  status = 200;
  readonly #close: () => Promise<void>;

  static async start(): Promise<Collector> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const collector = new Collector(`http://127.0.0.1:${port}`, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        if (request.url === '/v1/traces') collector.#take(body);
        response.writeHead(request.url === '/v1/traces' ? collector.status : 404).end('{}');
      });
    });
    return collector;
  }

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  named(name: string): SentSpan[] {
    return this.spans.filter((span) => span.name === name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }

  #take(body: string): void {
    this.text += body;
    const { resourceSpans } = JSON.parse(body) as Wire;
    for (const { attributes, ...span } of resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap((s) => s.spans),
    )) {
      const pairs = attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? '']);
      this.spans.push({ ...span, attributes: Object.fromEntries(pairs) as SentSpan['attributes'] });
    }
  }
}
