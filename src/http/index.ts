export { authenticate, bearerToken, hashToken } from './auth.ts';
export { healthRoutes } from './health.ts';
export { bodyKey, pathKey } from './keys.ts';
export { keyset, mapPage, sendPage, type Page } from './pagination.ts';
export { createHttpServer, type Api } from './server.ts';
