import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../../core/errors.ts';
import type { Api } from '../../http/index.ts';
import { sendPage } from '../pages/frame.ts';
import { failurePage } from '../pages/notices.ts';
import { SentBack } from './request.ts';

/** Routes that people meet in a browser: what they are refused is a page too. */
export function answerInPages(app: Api): void {
  app.setErrorHandler((error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply) => {
    if (error instanceof SentBack) return reply.redirect(error.uri, 303);
    if (error instanceof ApiError) return sendPage(reply, error.status, failurePage(error.message, request.id));
    throw error;
  });
}
