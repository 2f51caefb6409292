export { authenticate, bearerToken, hashToken, type FindCaller } from './auth.ts';
export { healthRoutes } from './health.ts';
export { bodyKey, pathKey } from './keys.ts';
export { baseUrl, encodeCursor, keyset, mapPage, sendPage, type Page } from './pagination.ts';
export { createHttpServer, type Api } from './server.ts';
