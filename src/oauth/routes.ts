import type { Api } from '../http/index.ts';
import { consentRoutes } from './consent/routes.ts';
import { ConsentService } from './consent/service.ts';
import { SignIn } from './consent/sign-in.ts';
import { deviceRoutes } from './device/routes.ts';
import { DeviceService } from './device/service.ts';
import { exchangeRoutes, identityBrokerRoutes } from './exchange/routes.ts';
import { ExchangeService } from './exchange/service.ts';
import { GuestIssuerService } from './guests/issuers.ts';
import { GuestLogin } from './guests/login.ts';
import { guestIssuerRoutes, guestLoginRoute } from './guests/routes.ts';
import { integrationRoutes } from './integrations/routes.ts';
import { IntegrationService } from './integrations/service.ts';
import type { OAuthParts } from './parts.ts';
import { tokenRoutes } from './tokens/routes.ts';
import { TokenService } from './tokens/service.ts';

/** How people, devices and guests come by tokens: the places that need none. */
export async function signInRoutes(api: Api, parts: OAuthParts): Promise<void> {
  const signIn = new SignIn(parts);
  const consent = new ConsentService(parts, signIn);
  const exchange = new ExchangeService(parts);
  await api.register(
    async (v1: Api) => {
      exchangeRoutes(v1, exchange);
      guestLoginRoute(v1, new GuestLogin(parts));
      await consentRoutes(v1, consent, signIn);
      await deviceRoutes(v1, new DeviceService(parts, signIn), signIn);
    },
    { prefix: '/v1' },
  );
  await api.register(
    async (broker: Api) => {
      identityBrokerRoutes(broker, exchange);
      await consentRoutes(broker, consent, signIn);
    },
    { prefix: '/idb/oauth2/v1' },
  );
}

/** What there is under `/hearth/v1` to say who may act for whom. */
export function credentialRoutes(app: Api, parts: OAuthParts): void {
  integrationRoutes(app, new IntegrationService(parts));
  guestIssuerRoutes(app, new GuestIssuerService(parts));
  tokenRoutes(app, new TokenService(parts));
}
