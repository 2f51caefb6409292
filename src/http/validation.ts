import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../core/errors.ts';

/** Checks bodies, queries and parameters against the contract; what comes out is what handlers work with. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema }) =>
  (data: unknown) => {
    const result = schema.safeParse(present(data), { error: describe });
    if (result.success) return { value: result.data };
    const [first, ...more] = result.error.issues.map(({ message }) => message);
    return { error: new ApiError('invalidRequest', { reason: first ?? 'The request is not valid.' }, more) };
  };

/** HTTP-17: null means absent; so does a body that was not sent. */
function present(data: unknown): unknown {
  if (data === undefined || data === null) return {};
  if (typeof data !== 'object' || Array.isArray(data)) return data;
  return Object.values(data).includes(null)
    ? Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null))
    : data;
}

/** Sentences for what the contract does not word itself; they name the field. */
const describe: z.core.$ZodErrorMap = (issue) => {
  const place = issue.path?.join('.') || 'The request';
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `${place} is missing.`;
      return `${place} must be ${issue.expected === 'object' ? 'a JSON object' : `of type ${issue.expected}`}.`;
    case 'invalid_value':
      return `${place} must be one of ${issue.values.map(String).join(', ')}.`;
    case 'invalid_format':
      return `${place} is not a valid ${issue.format}.`;
    default:
      return `${place} is not valid.`;
  }
};

/**
 * HTTP-11: a form carries only text, so what the body's schema expects tells the flags, the numbers and the lists. A text that means
 * neither is left for the check to refuse.
 */
export function coerceForm(schema: unknown, form: Record<string, unknown>): Record<string, unknown> {
  if (!(schema instanceof z.ZodObject)) return form;
  const shape: Record<string, z.core.$ZodType> = schema.shape;
  return Object.fromEntries(
    Object.entries(form).map(([key, value]) => {
      const expected = unwrap(shape[key]);
      if (expected instanceof z.ZodArray) return [key, Array.isArray(value) ? value : [value]];
      if (expected instanceof z.ZodNumber && typeof value === 'string' && /^\d+$/.test(value))
        return [key, Number(value)];
      if (expected instanceof z.ZodBoolean && value === 'true') return [key, true];
      if (expected instanceof z.ZodBoolean && value === 'false') return [key, false];
      return [key, value];
    }),
  );
}

function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? unwrap(schema.unwrap()) : schema;
}
