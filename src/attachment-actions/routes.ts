import { AttachmentAction, AttachmentActionCreate, IdParameter } from '../contract/index.ts';
import type { Api } from '../http/index.ts';
import type { AttachmentActionService } from './service.ts';

const tags = ['attachment actions'];
const read = { scope: 'spark:messages_read' } as const;
const write = { scope: 'spark:messages_write' } as const;

export function attachmentActionRoutes(app: Api, actions: AttachmentActionService): void {
  app.post(
    '/attachment/actions',
    {
      config: write,
      schema: { tags, summary: 'Submit a card', body: AttachmentActionCreate, response: { 200: AttachmentAction } },
    },
    async (request) => actions.create(request.caller, request.body),
  );
  app.get(
    '/attachment/actions/:id',
    {
      config: read,
      schema: { tags, summary: 'Get what was submitted', params: IdParameter, response: { 200: AttachmentAction } },
    },
    async (request) => actions.get(request.caller, request.params.id),
  );
}
