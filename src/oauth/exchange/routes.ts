import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccessToken, RevocationRequest, TokenRequest } from '../../contract/index.ts';
import type { Api } from '../../http/index.ts';
import { DEVICE_CODE_GRANT } from '../device/exchange.ts';
import type { Asked, ExchangeService } from './service.ts';

const tags = ['oauth'];

export function exchangeRoutes(app: Api, exchange: ExchangeService): void {
  const schema = { tags, security: [], body: TokenRequest, response: { 200: AccessToken } };
  app.post(
    '/access_token',
    { schema: { ...schema, summary: 'Exchange a code or a refresh token for an access token' } },
    async (request, reply) => secret(reply, await exchange.exchange(asked(request))),
  );
  app.post(
    '/device/token',
    { schema: { ...schema, summary: 'Ask whether the person has let the device in' } },
    async (request, reply) => secret(reply, await exchange.exchange(asked(request), [DEVICE_CODE_GRANT])),
  );
}

/** Where the JavaScript SDK of Webex looks, under `IDBROKER_BASE_URL` (spec 8.3). */
export function identityBrokerRoutes(app: Api, exchange: ExchangeService): void {
  app.post('/access_token', { schema: { hide: true, body: TokenRequest } }, async (request, reply) =>
    secret(reply, await exchange.exchange(asked(request))),
  );
  app.post('/revoke', { schema: { hide: true, body: RevocationRequest } }, async (request) => {
    await exchange.revoke(asked(request));
    return {};
  });
}

function asked<Body>({ headers, body }: Pick<FastifyRequest, 'headers'> & { body: Body }): Asked<Body> {
  return { authorization: headers.authorization, body };
}

/** RFC 6749, 5.1 */
function secret<T>(reply: FastifyReply, answer: T): T {
  reply.header('Pragma', 'no-cache');
  return answer;
}
