import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/**
 * The official OpenAPI description of the Webex messaging API. It is under a licence of its own and no part of this
 * repository: `HEARTH_WEBEX_OPENAPI` names the file, else it lies in `shared/spec` beside the checkout or one folder
 * further up.
 */
const fileName = 'webex-messaging.openapi.json';

export function descriptionFile(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env['HEARTH_WEBEX_OPENAPI'];
  if (named !== undefined && named !== '') return named;
  const checkout = path.resolve(import.meta.dirname, '../..');
  return ['..', '../..']
    .map((up) => path.resolve(checkout, up, 'shared/spec', fileName))
    .find((file) => existsSync(file));
}

export function readDescription(file: string): Description {
  return Description.parse(JSON.parse(readFileSync(file, 'utf8')));
}

const Schema = z.record(z.string(), z.unknown());
const Content = z.object({
  content: z.partialRecord(z.literal('application/json'), z.object({ schema: Schema })).optional(),
});
const Operation = z.object({
  parameters: z
    .array(
      z.object({ name: z.string(), in: z.string(), required: z.boolean().default(false), schema: Schema.default({}) }),
    )
    .default([]),
  requestBody: Content.optional(),
  responses: z.record(z.string(), Content),
});
const methods = ['get', 'post', 'put', 'delete', 'patch'] as const;

/** As much of an OpenAPI file as answers are held against. */
export const Description = z.object({
  paths: z.record(z.string(), z.partialRecord(z.enum(methods), Operation)),
  components: z.object({ schemas: z.record(z.string(), Schema).default({}) }).default({ schemas: {} }),
});
export type Description = z.output<typeof Description>;
export type OfficialOperation = z.output<typeof Operation>;

/** `GET /rooms/{id}`: the form in which the routes of the server and of the description are compared. */
export function operationName(method: string, route: string): string {
  return `${method.toUpperCase()} ${route.replaceAll(/\{\w+\}/g, '{id}')}`;
}

export function operationsOf({ paths }: Description): { name: string; route: string; operation: OfficialOperation }[] {
  return Object.entries(paths).flatMap(([route, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) => ({ name: operationName(method, route), route, operation })),
  );
}
