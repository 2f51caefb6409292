import type { LoggedEvent } from './events.ts';

/** One span's place in a trace, as W3C Trace Context has it: https://www.w3.org/TR/trace-context/. Ids in lower-case hex. */
export interface TraceContext {
  traceId: string;
  spanId: string;
  /** Undefined: it is the first of its trace, or not ours. */
  parentSpanId?: string;
  /** Whoever began the trace wants its spans kept. */
  sampled: boolean;
}

/** A piece of work that has ended, as a collector is told of it. Never content, never a secret. */
export interface Span {
  context: TraceContext;
  /** Few different ones: what was done, never to whom. */
  name: string;
  kind: 'server' | 'internal' | 'client';
  /** Milliseconds since 1970. */
  startedAt: number;
  durationMs: number;
  attributes: Readonly<Record<string, string | number>>;
  failed: boolean;
}

/** How the program takes part in traces. */
export interface Tracing {
  /** The span of work that came with `parent`; undefined: it is part of no trace. */
  begin(parent: TraceContext | undefined): TraceContext | undefined;
  /** The span of an event, which its deliveries have for their parent: the same one whenever it is asked for. */
  ofEvent(event: LoggedEvent): TraceContext | undefined;
  end(span: Span): void;
}

/** Keeps no spans of its own: a trace that comes in goes out as it came, and nobody's does not begin here. */
export const passOn: Tracing = {
  begin: (parent) => parent,
  ofEvent: ({ facts }) => parseTraceparent(facts.traceparent),
  end() {},
};

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** What a `traceparent` header says; undefined when there is none, or none that can be read. */
export function parseTraceparent(text: string | undefined): TraceContext | undefined {
  if (text === undefined) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', more] = TRACEPARENT.exec(text) ?? [];
  // Later versions may add to what version 00 has; ff is none.
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (isZero(traceId) || isZero(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function printTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}
