import { Preview, PreviewRequest } from '../../contract/index.ts';
import type { Api } from '../../http/index.ts';
import type { Previewer } from './service.ts';

export function previewRoutes(app: Api, previewer: Previewer): void {
  app.post(
    '/webhooks/preview',
    {
      schema: {
        tags: ['webhooks'],
        summary: 'Try a filter on what happened of late',
        body: PreviewRequest,
        response: { 200: Preview },
      },
    },
    async (request) => previewer.preview(request.caller, request.body),
  );
}
