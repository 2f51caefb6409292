export { insertGrant } from './exchange/store.ts';
export { insertIntegration, updateIntegration } from './integrations/store.ts';
export { endCredentialsOf } from './leaving.ts';
export type { OAuthOptions } from './parts.ts';
export { mayLookBehindWebhooks } from './policy.ts';
export { redirectUrisMustFit } from './redirect-uris.ts';
export { scopesMustExist } from './scopes.ts';
