import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthorizeParameters, Consent } from '../../contract/index.ts';
import type { Api } from '../../http/index.ts';
import { consentPage } from '../pages/consent.ts';
import { sendPage } from '../pages/frame.ts';
import { formKey, mustBeOwnForm } from './csrf.ts';
import { answerInPages } from './pages.ts';
import type { AuthorizationRequest } from './request.ts';
import { AskAgain, type ConsentService } from './service.ts';
import type { SignIn } from './sign-in.ts';

const Answer = AuthorizeParameters.extend(Consent.shape);

/** Pages and not calls of the API, so they are not in its description. */
export async function consentRoutes(v1: Api, consent: ConsentService, signIn: SignIn): Promise<void> {
  await v1.register(async (app: Api) => {
    answerInPages(app);

    app.get(
      '/authorize',
      { exposeHeadRoute: false, schema: { hide: true, querystring: AuthorizeParameters } },
      async (request, reply) => {
        const asked = await consent.read(request.query);
        return show(request, reply, { asked, parameters: request.query });
      },
    );

    app.post('/authorize', { schema: { hide: true, body: Answer } }, async (request, reply) => {
      mustBeOwnForm(request, request.body.csrf);
      const parameters = AuthorizeParameters.parse(request.body);
      const asked = await consent.read(parameters);
      try {
        return await reply.redirect(await consent.decide(asked, request.body), 303);
      } catch (error) {
        if (!(error instanceof AskAgain)) throw error;
        return show(request, reply, { asked, parameters, complaint: error.message, picked: request.body.person });
      }
    });
  });

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    { asked, parameters, complaint, picked }: Shown,
  ): Promise<FastifyReply> {
    const page = consentPage({
      integration: asked.integration,
      scopes: asked.scopes,
      choices: await signIn.choices(),
      picked,
      complaint,
      fields: { ...parameters, csrf: formKey(request, reply) },
      action: request.routeOptions.url ?? '',
      target: asked.redirectUri,
    });
    return sendPage(reply, complaint === undefined ? 200 : 400, page);
  }
}

interface Shown {
  asked: AuthorizationRequest;
  parameters: AuthorizeParameters;
  complaint?: string;
  picked?: string | undefined;
}
