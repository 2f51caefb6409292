import type { Api } from '../http/index.ts';
import type { OtlpTracing } from '../tracing/otlp.ts';
import { version } from '../version.ts';
import type { Delivery } from './delivery.ts';
import type { Foundation } from './foundation.ts';
import type { Live } from './live.ts';
import type { AppOptions } from './options.ts';

// Both are loaded only when asked for, as most servers do without.

export async function openExporter({ traces, logger }: AppOptions): Promise<OtlpTracing | undefined> {
  if (!traces) return undefined;
  const otlp = await import('../tracing/otlp.ts');
  return new otlp.OtlpTracing({ ...traces, version, logger });
}

interface Observed {
  foundation: Foundation;
  delivery: Delivery;
  live: Live;
}

export async function addMetrics(
  api: Api,
  { metrics }: AppOptions,
  { foundation, delivery, live }: Observed,
): Promise<void> {
  if (!metrics) return;
  const { Metrics, metricsRoute } = await import('../metrics/index.ts');
  const { streams, open: sockets } = live;
  const sources = { ...foundation, ...delivery, version, api, webhooks: foundation.registry, streams, sockets };
  metricsRoute(api, new Metrics(sources), metrics.token);
}
