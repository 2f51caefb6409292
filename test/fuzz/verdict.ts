import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv';
import { ErrorBody } from '../../src/contract/index.ts';
import { closed } from '../official/closed.ts';
import type { Operation } from './operations.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

/** Holds answers against what the server says of itself, and against what holds for all of them. */
export class Verdict {
  readonly #operations: ReadonlyMap<string, Operation>;
  readonly #shapes = new Map<string, ValidateFunction>();

  constructor(operations: readonly Operation[]) {
    this.#operations = new Map(operations.map((operation) => [operation.name, operation]));
    // The formats come with patterns of their own.
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    for (const { name, answer } of operations)
      if (typeof answer === 'object') this.#shapes.set(name, ajv.compile(closed(answer) as object));
  }

  /** What is wrong with an answer, in words. */
  problems(request: WireRequest, answer: WireAnswer): string[] {
    const { status, headers, body } = answer;
    const rightOfEach = [
      status >= 500 && `status ${status}`,
      typeof headers['trackingid'] !== 'string' && 'no TrackingID',
      /(?:\n|\\n)\s+at .+:\d+:\d+|node:internal|\bnode_modules\b/.test(body) && 'a stack trace',
    ];
    const found = rightOfEach.filter((problem) => problem !== false);
    if (request.method === 'HEAD') return [...found, ...(body === '' ? [] : ['a body'])];
    if (request.method === 'OPTIONS' && status === 204 && body === '') return found;
    return [...found, ...(status >= 400 ? refusal(answer) : this.#success(request, answer))];
  }

  #success({ name }: WireRequest, { status, headers, body }: WireAnswer): string[] {
    const operation = this.#operations.get(name);
    if (!operation) return [`${name} is answered with ${status}, and not described`];
    if (operation.answer === undefined)
      return status === 204 && body === '' ? [] : [`status ${status} with '${body}' for 204`];
    if (operation.answer === 'anything') return status === 200 || status === 206 ? [] : [`status ${status}`];
    if (status !== 200) return [`status ${status} for 200`];
    const fits = this.#shapes.get(name);
    const value = read(body);
    const { link } = headers;
    return [
      ...(link === undefined || (typeof link === 'string' && /^<http:\/\/[^\s<>;]+>; rel="next"$/.test(link))
        ? []
        : [`Link: ${String(link)}`]),
      ...(fits?.(value) === false
        ? (fits.errors ?? []).map(
            ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
          )
        : []),
    ];
  }
}

/** ERR-1…3 */
function refusal({ headers, body }: WireAnswer): string[] {
  const { success, data, error } = ErrorBody.strict().safeParse(read(body));
  if (!success) return [`a refusal of another shape: ${error.message}`];
  return [
    ...(data.trackingId === headers['trackingid'] ? [] : ['another trackingId than in the header']),
    ...(String(headers['content-type']).startsWith('application/json') ? [] : ['a refusal that is not called JSON']),
  ];
}

function read(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return `no JSON: ${body.slice(0, 200)}`;
  }
}
