import { Counter, Gauge, type Registry } from 'prom-client';
import type { AutoDisable } from '../delivery/health/auto-disable.ts';
import type { WebhookRegistry } from '../webhooks/index.ts';
import type { Refresh } from './refresh.ts';

export interface WebhookSources {
  webhooks: WebhookRegistry;
  autoDisable: Pick<AutoDisable, 'onDisabled'>;
}

/** The webhooks that there are, and those that were switched off. */
export function measureWebhooks(registry: Registry, { webhooks, autoDisable }: WebhookSources): Refresh {
  const byStatus = new Gauge({
    name: 'hearth_webhooks',
    help: 'Webhooks, by status.',
    labelNames: ['status'],
    registers: [registry],
  });
  const disabled = new Counter({
    name: 'hearth_webhooks_disabled_total',
    help: 'Webhooks that were made inactive because their receivers kept failing.',
    registers: [registry],
  });
  autoDisable.onDisabled = () => disabled.inc();
  return () => {
    const count = { active: 0, inactive: 0 };
    for (const { status } of webhooks.all()) count[status] += 1;
    for (const [status, value] of Object.entries(count)) byStatus.set({ status }, value);
  };
}
