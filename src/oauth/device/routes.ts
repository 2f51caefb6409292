import type { FastifyReply, FastifyRequest } from 'fastify';
import { Consent, DeviceAuthorization, DeviceAuthorizationRequest, DeviceParameters } from '../../contract/index.ts';
import { baseUrl, type Api } from '../../http/index.ts';
import { formKey, mustBeOwnForm } from '../consent/csrf.ts';
import { answerInPages } from '../consent/pages.ts';
import { AskAgain } from '../consent/service.ts';
import type { SignIn } from '../consent/sign-in.ts';
import { consentPage } from '../pages/consent.ts';
import { sendPage } from '../pages/frame.ts';
import { codePage, devicePage } from '../pages/notices.ts';
import type { DeviceRequest, DeviceService } from './service.ts';
import { printUserCode } from './user-code.ts';

const Answer = DeviceParameters.extend(Consent.shape);

const WRONG_CODE = 'No device waits with this code. It may have waited too long: let it show a new one.';

export async function deviceRoutes(v1: Api, devices: DeviceService, signIn: SignIn): Promise<void> {
  v1.post(
    '/device/authorize',
    {
      schema: {
        tags: ['oauth'],
        summary: 'Begin to let a device in that has no browser',
        security: [],
        body: DeviceAuthorizationRequest,
        response: { 200: DeviceAuthorization },
      },
    },
    async (request) =>
      devices.begin(
        { authorization: request.headers.authorization, body: request.body },
        `${baseUrl(request)}/v1/device/verify`,
      ),
  );

  await v1.register(async (app: Api) => {
    answerInPages(app);

    app.get(
      '/device/verify',
      { exposeHeadRoute: false, schema: { hide: true, querystring: DeviceParameters } },
      async (request, reply) => {
        // Webex's links write it in one word.
        const code = request.query.user_code ?? request.query.userCode;
        if (code === undefined)
          return sendPage(reply, 200, codePage({ complaint: undefined, action: request.routeOptions.url ?? '' }));
        const asked = await devices.find(code, request.ip);
        return asked ? show(request, reply, { asked, code }) : askForCode(request, reply);
      },
    );

    app.post('/device/verify', { schema: { hide: true, body: Answer } }, async (request, reply) => {
      const { csrf, user_code: code = '', person } = request.body;
      mustBeOwnForm(request, csrf);
      const asked = await devices.find(code, request.ip);
      if (!asked) return askForCode(request, reply);
      try {
        const allowed = await devices.decide(asked, request.body);
        return await sendPage(reply, 200, devicePage({ allowed, name: asked.integration.name }));
      } catch (error) {
        if (!(error instanceof AskAgain)) throw error;
        return show(request, reply, { asked, code, complaint: error.message, picked: person });
      }
    });
  });

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    { asked, code, complaint, picked }: Shown,
  ): Promise<FastifyReply> {
    const userCode = printUserCode(code);
    const page = consentPage({
      integration: asked.integration,
      scopes: asked.code.scopes.split(' '),
      choices: await signIn.choices(),
      picked,
      complaint,
      fields: { user_code: userCode, csrf: formKey(request, reply) },
      action: request.routeOptions.url ?? '',
      userCode,
    });
    return sendPage(reply, complaint === undefined ? 200 : 400, page);
  }
}

interface Shown {
  asked: DeviceRequest;
  code: string;
  complaint?: string;
  picked?: string | undefined;
}

function askForCode(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendPage(reply, 400, codePage({ complaint: WRONG_CODE, action: request.routeOptions.url ?? '' }));
}
