export { authenticate, hashToken, type FindCaller } from './auth.ts';
export { healthRoutes, type ReadinessChecks } from './health.ts';
export { bodyKey, pathKey } from './keys.ts';
export { baseUrl, keyset, mapPage, sendPage, type Page } from './pagination.ts';
export { createHttpServer, type Api, type HttpOptions } from './server.ts';
