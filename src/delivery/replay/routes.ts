import { IdParameter, Replay, ReplayCreate, ReplayList, ReplayPreview, ReplaysQuery } from '../../contract/index.ts';
import { sendPage, type Api } from '../../http/index.ts';
import type { ReplayService } from './service.ts';

const tags = ['replays'];

export function replayRoutes(app: Api, replays: ReplayService): void {
  app.get(
    '/replays',
    {
      schema: {
        tags,
        summary: 'List the replays of a webhook',
        querystring: ReplaysQuery,
        response: { 200: ReplayList },
      },
    },
    async (request, reply) => sendPage(request, reply, await replays.list(request.caller, request.query)),
  );
  app.post(
    '/replays',
    { schema: { tags, summary: 'Send events to a webhook again', body: ReplayCreate, response: { 200: Replay } } },
    async (request) => replays.create(request.caller, request.body),
  );
  app.post(
    '/replays/preview',
    {
      schema: { tags, summary: 'Count what a replay would send', body: ReplayCreate, response: { 200: ReplayPreview } },
    },
    async (request) => replays.preview(request.caller, request.body),
  );
  app.get(
    '/replays/:id',
    { schema: { tags, summary: 'Get a replay', params: IdParameter, response: { 200: Replay } } },
    async (request) => replays.get(request.caller, request.params.id),
  );
  for (const [action, summary] of [
    ['pause', 'Take no further step'],
    ['resume', 'Go on where it was paused'],
    ['cancel', 'End a replay where it is'],
  ] as const) {
    app.post(
      `/replays/:id/${action}`,
      { schema: { tags, summary, params: IdParameter, response: { 200: Replay } } },
      async (request) => replays.change(request.caller, request.params.id, action),
    );
  }
}
