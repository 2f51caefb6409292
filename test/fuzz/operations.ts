import { z } from 'zod';
import { DeviceBody } from '../../src/contract/index.ts';
import { operationName } from '../official/description.ts';

/** A schema whose references have been replaced by what they name. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Parameter {
  name: string;
  in: string;
  required: boolean;
  schema: JsonSchema;
}

export interface Operation {
  /** `GET /v1/rooms/{id}`, whatever the description calls the placeholder. */
  name: string;
  method: string;
  /** `/v1/rooms/{id}` */
  path: string;
  query: readonly Parameter[];
  /** Of a JSON body; undefined: it takes none. */
  body: JsonSchema | undefined;
  /** Of the bodies of its successes; `anything`: no JSON, or not described; undefined: there is none. */
  answer: JsonSchema | 'anything' | undefined;
}

const Schema = z.record(z.string(), z.unknown());
const Content = z.object({ content: z.record(z.string(), z.object({ schema: Schema })).optional() });
const methods = z.enum(['get', 'post', 'put', 'delete']);

/** As much of an OpenAPI file as requests are made from. */
const Description = z.object({
  paths: z.record(
    z.string(),
    z.partialRecord(
      methods,
      z.object({
        parameters: z
          .array(
            z.object({
              name: z.string(),
              in: z.string(),
              required: z.boolean().default(false),
              schema: Schema.default({}),
            }),
          )
          .default([]),
        requestBody: Content.optional(),
        responses: z.record(z.string(), Content),
      }),
    ),
  ),
  components: z.object({ schemas: z.record(z.string(), Schema).default({}) }).default({ schemas: {} }),
});

/** What a description, of the server itself or the official one (with `prefix`), says can be asked. */
export function operationsOf(description: unknown, prefix = ''): Operation[] {
  const { paths, components } = Description.parse(description);
  const inlined = (schema: JsonSchema | undefined) => schema && (inline(schema, components.schemas) as JsonSchema);
  return Object.entries(paths).flatMap(([route, byMethod]) =>
    Object.entries(byMethod).map(([method, { parameters, requestBody, responses }]) => {
      const name = operationName(method, prefix + route);
      const success = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1];
      return {
        name,
        method: method.toUpperCase(),
        path: name.slice(name.indexOf(' ') + 1),
        query: parameters.filter((parameter) => parameter.in === 'query'),
        body: inlined(requestBody?.content?.['application/json']?.schema),
        answer: inlined(success?.content?.['application/json']?.schema) ?? (success?.content ? 'anything' : undefined),
      };
    }),
  );
}

/** What the server answers without describing it: the devices of Webex's own SDK. */
export const undescribed: readonly Operation[] = [
  ...['GET', 'POST', 'DELETE'].map((method) => device(method, '')),
  ...['GET', 'PUT', 'DELETE'].map((method) => device(method, '/{id}')),
];

function device(method: string, below: string): Operation {
  const path = `/wdm/api/v1/devices${below}`;
  return {
    name: `${method} ${path}`,
    method,
    path,
    query: [],
    body: method === 'POST' || method === 'PUT' ? z.toJSONSchema(DeviceBody, { io: 'input' }) : undefined,
    answer: method === 'DELETE' ? undefined : 'anything',
  };
}

function inline(schema: unknown, named: Readonly<Record<string, JsonSchema>>): unknown {
  if (Array.isArray(schema)) return schema.map((item) => inline(item, named));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref } = schema as { $ref?: unknown };
  if (typeof $ref === 'string') return inline(named[$ref.slice('#/components/schemas/'.length)], named);
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, inline(value, named)]));
}
