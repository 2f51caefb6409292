import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../core/errors.ts';
import { StoreUnavailableError } from '../db/index.ts';
import type { Upload, Uploads } from '../files/index.ts';
import { coerceForm, type Api } from '../http/index.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The file that came with a form. */
    upload: Upload | undefined;
  }
}

/**
 * HTTP-12, FILE-5: messages come as multipart forms, with a file or without one. The parts are read as they come, so a file
 * is taken in before it is known what the message says; unless it is posted it goes when the request has ended.
 */
export async function acceptForms(app: Api, uploads: Uploads): Promise<void> {
  await app.register(multipart, {
    limits: { fields: MOST_FIELDS, parts: MOST_FIELDS, fieldSize: MOST_BYTES_OF_FIELD, fileSize: Infinity },
  });
  app.decorateRequest('upload', undefined);
  app.addHook('preValidation', async (request, reply) => {
    if (!request.isMultipart()) return;
    if (Number(request.headers['content-length']) > uploads.limit + MOST_BYTES_OF_FORM) {
      throw new ApiError('fileTooLarge', { limit: uploads.limit });
    }
    request.body = coerceForm(request.routeOptions.schema?.body, await readForm(request, reply, uploads));
  });
}

/** Many times what a message has, and little enough to be held in memory. */
const MOST_FIELDS = 100;
const MOST_BYTES_OF_FIELD = 65_536;
/** All that a form has beside its file. */
const MOST_BYTES_OF_FORM = MOST_FIELDS * MOST_BYTES_OF_FIELD;

async function readForm(
  request: FastifyRequest,
  reply: FastifyReply,
  uploads: Uploads,
): Promise<Record<string, unknown>> {
  const form: Record<string, unknown> = {};
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') {
        await takeFile(part, request, reply, uploads);
        continue;
      }
      const earlier = form[part.fieldname];
      form[part.fieldname] = earlier === undefined ? part.value : [earlier, part.value].flat();
    }
  } catch (error) {
    // The rest is let by, or its sender would never come to read the answer.
    request.raw.unpipe().resume();
    if (isOurs(error)) throw error;
    throw new ApiError('invalidRequest', {
      reason: `The form cannot be read: ${error instanceof Error ? error.message : 'unknown'}.`,
    });
  }
  return form;
}

async function takeFile(
  part: MultipartFile,
  request: FastifyRequest,
  reply: FastifyReply,
  uploads: Uploads,
): Promise<void> {
  if (part.fieldname !== 'files')
    throw new ApiError('invalidRequest', { reason: "A file is sent as the part 'files'." });
  if (request.upload) throw new ApiError('tooManyFiles');
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- a part may be a file by its type alone
  const name = part.filename ?? '';
  const upload = await uploads.receive({ content: part.file, name, type: part.mimetype });
  // What a browser sends for a field in which no file was chosen.
  if (name === '' && upload.size === 0) return uploads.discard(upload);
  request.upload = upload;
  if (reply.raw.closed) await uploads.discard(upload);
  else reply.raw.once('close', () => void discard(request, uploads, upload));
}

async function discard(request: FastifyRequest, uploads: Uploads, upload: Upload): Promise<void> {
  try {
    await uploads.discard(upload);
  } catch (error) {
    request.log.error({ err: error }, 'a file that nobody posted could not be removed');
  }
}

/** What the refusal or the fault of somebody else would hide. */
function isOurs(error: unknown): boolean {
  if (error instanceof ApiError || error instanceof StoreUnavailableError) return true;
  return error instanceof Error && 'statusCode' in error && error.statusCode === 413;
}
