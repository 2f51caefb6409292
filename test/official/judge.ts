import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { closed } from './closed.ts';
import { type Description, operationsOf, type OfficialOperation } from './description.ts';
import { deviations, type Deviation, type Part } from './deviations.ts';

/** A request and its answer, as they went over the wire. */
export interface Exchange {
  /** Path and query, as sent. */
  url: string;
  type: string;
  body: string;
  status: number;
  answer: string;
}

/** Characters of a value that an objection shows. */
const LONGEST_EXCERPT = 200;

/** Where an exchange leaves the description. */
interface Objection {
  operation: string;
  part: Part;
  /** Position in the part, items of arrays as `*`: `items/*` + `/html`. */
  at: string;
  /** JSON Schema's keyword, or `null` for a value that is null. */
  rule: string;
  detail: string;
}

export interface Verdict {
  /** What no known deviation covers, in words. */
  objections: string[];
  /** Positions in `deviations` that were needed. */
  needed: number[];
}

/** Holds exchanges against a description. */
export class Judge {
  readonly #operations: Operation[];

  constructor(description: Description) {
    const compilers = compilersOf(description);
    this.#operations = operationsOf(description)
      .map(({ name, route, operation }) => compile(name, route, operation, compilers))
      // `/people/me` before `/people/{personId}`
      .toSorted((a, b) => a.placeholders - b.placeholders);
  }

  get names(): string[] {
    return this.#operations.map(({ name }) => name);
  }

  /** Which of the described operations a request asks for; undefined: none. */
  find(method: string, url: string): Operation | undefined {
    const [path = ''] = url.split('?');
    const plain = path.replaceAll(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
    return this.#operations.find((operation) => operation.method === method && operation.path.test(plain));
  }

  judge(operation: Operation, what: 'answers' | 'both', exchange: Exchange): Verdict {
    const objections = [
      ...answerObjections(operation, exchange),
      ...(what === 'both' && exchange.status < 300 ? requestObjections(operation, exchange) : []),
    ];
    const needed = new Set<number>();
    const open = objections.filter((objection) => {
      const known = deviations.findIndex((deviation) => covers(deviation, objection));
      if (known !== -1) needed.add(known);
      return known === -1;
    });
    return {
      objections: open.map((o) => `${o.operation}: ${o.part} ${o.at} (${o.rule}): ${o.detail}`),
      needed: [...needed],
    };
  }
}

function covers(deviation: Deviation, { operation, part, at, rule }: Objection): boolean {
  return (
    (deviation.operations === 'all' || deviation.operations.includes(operation)) &&
    deviation.part === part &&
    deviation.rules.includes(rule) &&
    (deviation.at === 'anything' || deviation.at.some((place) => isAt(place, at)))
  );
}

/** `inputs/**` is what is below it, at any depth. */
function isAt(place: string, at: string): boolean {
  return place.endsWith('/**') ? at.startsWith(place.slice(0, -2)) : at === place;
}

interface Operation {
  name: string;
  method: string;
  path: RegExp;
  placeholders: number;
  query: ValidateFunction;
  body: ValidateFunction | undefined;
  /** By status; undefined: an answer without a body. */
  answers: ReadonlyMap<number, ValidateFunction | undefined>;
}

interface Compilers {
  query: Ajv;
  body: Ajv;
  answer: Ajv;
}

function compilersOf(description: Description): Compilers {
  // Its words and formats are Java's and the examples do not keep to them: types, enumerations and names are what counts.
  const options = { strict: false, allErrors: true, validateFormats: false, verbose: true };
  const open = { components: description.components };
  // It closes no object; an answer with a field that it does not name is to be noticed all the same.
  const shut = closed(open) as object;
  return {
    query: new Ajv({ ...options, coerceTypes: 'array' }),
    body: new Ajv(options).addSchema(open, 'official'),
    answer: new Ajv(options).addSchema(shut, 'official'),
  };
}

function compile(
  name: string,
  route: string,
  operation: OfficialOperation,
  { query, body, answer }: Compilers,
): Operation {
  const parameters = operation.parameters.filter((parameter) => parameter.in === 'query');
  const bodySchema = operation.requestBody?.content?.['application/json']?.schema;
  const answers = Object.entries(operation.responses).map(([status, { content }]) => {
    const schema = content?.['application/json']?.schema;
    return [Number(status), schema && answer.compile(rooted(closed(schema)))] as const;
  });
  return {
    name,
    method: name.split(' ')[0] ?? '',
    path: new RegExp(`^/v1${route.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    placeholders: route.split('{').length - 1,
    query: query.compile({
      type: 'object',
      properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
      required: parameters.filter(({ required }) => required).map(({ name }) => name),
    }),
    body: bodySchema && body.compile(rooted(bodySchema)),
    answers: new Map(answers),
  };
}

function answerObjections({ name, answers }: Operation, { status, answer }: Exchange): Objection[] {
  const described = answers.has(status);
  const unknown = {
    operation: name,
    part: 'status' as const,
    at: String(status),
    rule: 'enum',
    detail: 'not described',
  };
  // An answer under another status than the described one still has to have its shape.
  const success = [...answers].find(([known]) => known < 300)?.[1];
  const validate = status < 300 && !described ? success : answers.get(status);
  return [...(described ? [] : [unknown]), ...(validate ? objections(name, 'answer', validate, read(answer)) : [])];
}

function requestObjections({ name, query, body }: Operation, exchange: Exchange): Objection[] {
  const sent = new URLSearchParams(exchange.url.split('?')[1]);
  const parameters = Object.fromEntries([...new Set(sent.keys())].map((key) => [key, listOrOne(sent.getAll(key))]));
  const found = objections(name, 'query', query, parameters);
  if (!body) return found;
  if (exchange.type.startsWith('application/json')) {
    return [...found, ...objections(name, 'body', body, read(exchange.body))];
  }
  const detail = `sent as ${exchange.type || 'nothing'}`;
  return [...found, { operation: name, part: 'body', at: 'content-type', rule: 'enum', detail }];
}

function objections(operation: string, part: Part, validate: ValidateFunction, value: unknown): Objection[] {
  validate(value);
  return (validate.errors ?? []).map((error) => ({
    operation,
    part,
    at: positionOf(error),
    rule: error.data === null ? 'null' : error.keyword,
    detail: `${error.message} ${JSON.stringify(error.data).slice(0, LONGEST_EXCERPT)}`,
  }));
}

function positionOf({ instancePath, params }: ErrorObject): string {
  const named = params as { additionalProperty?: string; missingProperty?: string };
  const below = named.additionalProperty ?? named.missingProperty;
  const at = instancePath.replaceAll(/\/\d+(?=\/|$)/g, '/*');
  return (below === undefined ? at : `${at}/${below}`).slice(1);
}

function listOrOne(values: string[]): string | string[] {
  return values.length === 1 ? (values[0] ?? '') : values;
}

/** What is not JSON is judged as the text that it is. */
function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The same schema with its references led to the one document. */
function rooted(schema: unknown): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"official#/components/')) as object;
}
