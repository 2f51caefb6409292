import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, RandomIdGenerator, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { LoggedEvent } from '../core/events.ts';
import { passOn, type Span, type TraceContext, type Tracing } from '../core/trace.ts';

export interface OtlpOptions {
  /** Base URL of the collector: spans go to `/v1/traces` below it. */
  endpoint: string;
  version: string;
  logger: Logger;
}

/** For sending one batch, tries again included, in ms. What is not taken by then is dropped. */
const EXPORT_TIMEOUT_MS = 5_000;
/** How long a collector that is away may hold up the end of the server, in ms. */
const CLOSE_MS = 1_000;

/**
 * Sends spans to a collector (OTLP over HTTP, as JSON), in batches, off everybody's way: at most 2048 wait, what exceeds
 * them is dropped, and so is a batch that the collector does not take. The collector is the operator's own, so the
 * address guard, which is for addresses that users name, has no say.
 *
 * Spans are told of when they have ended, as everything else is recorded after the fact. So only the batching and the
 * wire format of the SDK are used, and nothing of it runs while the work does.
 */
export class OtlpTracing implements Tracing {
  readonly #processor: BatchSpanProcessor;
  readonly #ids = new RandomIdGenerator();
  readonly #asReadable: (span: Span) => ReadableSpan;

  constructor({ endpoint, version, logger }: OtlpOptions) {
    const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
    const exporter = new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS, keepAlive: true });
    this.#processor = new BatchSpanProcessor({
      exporter: tellingOfOutages(exporter, logger),
      exportTimeoutMillis: 2 * EXPORT_TIMEOUT_MS,
    });
    const resource = resourceFromAttributes({ 'service.name': 'hearth', 'service.version': version });
    const common = { ...untold, resource, instrumentationScope: { name: 'hearth', version } };
    this.#asReadable = (span) => ({ ...common, ...readable(span) });
  }

  begin(parent: TraceContext | undefined): TraceContext {
    return {
      traceId: parent?.traceId ?? this.#ids.generateTraceId(),
      spanId: this.#ids.generateSpanId(),
      ...(parent && { parentSpanId: parent.spanId }),
      sampled: parent?.sampled ?? true,
    };
  }

  /** Its ids follow from the event, so that a retry after a restart finds the same parent as the first attempt. */
  ofEvent(event: LoggedEvent): TraceContext {
    const hex = event.uuid.replaceAll('-', '');
    const cause = passOn.ofEvent(event);
    return {
      // What no request caused begins a trace of its own.
      traceId: cause?.traceId ?? hex,
      spanId: hex.slice(16),
      ...(cause && { parentSpanId: cause.spanId }),
      sampled: cause?.sampled ?? true,
    };
  }

  end(span: Span): void {
    if (span.context.sampled) this.#processor.onEnd(this.#asReadable(span));
  }

  /** Sends what waits. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MS)));
    // That the collector is away has been told.
    await Promise.race([this.#processor.shutdown().catch(() => {}), grace]);
    clearTimeout(timer);
  }
}

/** Says once when the collector stops taking spans, and once when it does so again. */
function tellingOfOutages(exporter: SpanExporter, logger: Logger): SpanExporter {
  let away = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error && !away) logger.warn({ err: result.error }, 'the collector takes no spans; they are dropped');
        if (!result.error && away) logger.info('the collector takes spans again');
        away = result.error !== undefined;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

/** What the format has a place for and Hearth nothing to say of. */
const untold = {
  links: [],
  events: [],
  ended: true,
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
};

const kinds = { server: SpanKind.SERVER, internal: SpanKind.INTERNAL, client: SpanKind.CLIENT };

function readable({ context, name, kind, startedAt, durationMs, attributes, failed }: Span) {
  const { traceId, spanId, parentSpanId } = context;
  const traceFlags = TraceFlags.SAMPLED;
  return {
    name,
    kind: kinds[kind],
    spanContext: () => ({ traceId, spanId, traceFlags }),
    ...(parentSpanId !== undefined && { parentSpanContext: { traceId, spanId: parentSpanId, traceFlags } }),
    startTime: asTime(startedAt),
    endTime: asTime(startedAt + durationMs),
    duration: asTime(durationMs),
    status: { code: failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: { ...attributes },
  };
}

/** Seconds, and nanoseconds beyond them. */
function asTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1_000_000)];
}
