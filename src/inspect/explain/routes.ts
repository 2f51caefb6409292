import { ExplainQuery, Explanation } from '../../contract/index.ts';
import type { Api } from '../../http/index.ts';
import type { Explainer } from './service.ts';

export function explainRoutes(app: Api, explainer: Explainer): void {
  app.get(
    '/explain',
    {
      schema: {
        tags: ['explain'],
        summary: 'Say why a webhook was told of something, or was not',
        querystring: ExplainQuery,
        response: { 200: Explanation },
      },
    },
    async (request) => explainer.explain(request.caller, request.query),
  );
}
