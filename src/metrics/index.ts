export { Metrics } from './metrics.ts';
export { metricsRoute } from './routes.ts';
