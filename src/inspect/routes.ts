import type { Api } from '../http/index.ts';
import { deliveryRoutes } from './deliveries/routes.ts';
import { Deliveries, type DeliveriesParts } from './deliveries/service.ts';
import { explainRoutes } from './explain/routes.ts';
import { Explainer, type ExplainerParts } from './explain/service.ts';
import { previewRoutes } from './preview/routes.ts';
import { Previewer, type PreviewerParts } from './preview/service.ts';
import { inspectedWebhookRoutes } from './webhook/routes.ts';
import { InspectedWebhooks, type InspectedWebhooksParts } from './webhook/service.ts';

export type InspectParts = Omit<DeliveriesParts & ExplainerParts & PreviewerParts & InspectedWebhooksParts, 'reader'>;

/** What there is under `/hearth/v1` to see what becomes of events. */
export function inspectRoutes(app: Api, parts: InspectParts): void {
  const all = { ...parts, reader: parts.db.reader };
  inspectedWebhookRoutes(app, new InspectedWebhooks(all));
  previewRoutes(app, new Previewer(all));
  deliveryRoutes(app, new Deliveries(all));
  explainRoutes(app, new Explainer(all));
}
