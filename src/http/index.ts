export { authenticate, bearerToken, hashToken, type FindCaller } from './auth.ts';
export { errorBody } from './errors.ts';
export { signalOfEnd } from './gone.ts';
export { healthRoutes } from './health.ts';
export { bodyKey, pathKey } from './keys.ts';
export { loggedPath } from './logged-path.ts';
export { baseUrl, encodeCursor, keyset, mapPage, sendPage, type Page } from './pagination.ts';
export { limitPerPerson, mustBeWithinRate, RateLimiter, type Rate } from './rate-limit.ts';
export { createHttpServer, type Api } from './server.ts';
