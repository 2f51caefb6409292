import { readFile } from 'node:fs/promises';
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { World } from './schema.ts';

/** The world cannot be as it is declared; the message names each place. */
export class WorldError extends Error {
  override name = 'WorldError';

  constructor(name: string, complaints: readonly Complaint[]) {
    super(
      complaints
        .map(
          ({ line, place, reason }) =>
            `${name}${line ? `:${line}` : ''}: ${[place, reason].filter(Boolean).join(': ')}`,
        )
        .join('\n'),
    );
  }
}

export interface Complaint {
  /** Of the file, from 1 on. */
  line?: number | undefined;
  /** Such as `people[2].email`. */
  place: string;
  reason: string;
}

/** Reads a world file: YAML, or JSON, which is YAML too. Throws `WorldError`. */
export async function readWorld(file: string): Promise<World> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const reason =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'there is no such file.' : String(error);
    throw new WorldError(file, [{ place: '', reason }]);
  }
  return parseWorld(text, file);
}

/** `name` stands for the file in complaints. */
export function parseWorld(text: string, name: string): World {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new WorldError(
      name,
      document.errors.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, place: '', reason: message })),
    );
  }
  const result = World.safeParse(document.toJS(), { error: describe });
  if (result.success) return result.data;
  throw new WorldError(
    name,
    result.error.issues.flatMap((issue) =>
      placesOf(issue).map((path) => ({
        line: lineOf(document, path, lines),
        place: printPath(path),
        reason: issue.code === 'unrecognized_keys' ? 'is not a field that the world file knows.' : issue.message,
      })),
    ),
  );
}

type Path = readonly PropertyKey[];
type Issue = { path: Path } & ({ code: 'unrecognized_keys'; keys: string[] } | { code: string });

function placesOf(issue: Issue): Path[] {
  return 'keys' in issue ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
}

/** Words for what the schema does not word itself. */
function describe(issue: { code: string; input?: unknown; expected?: string }): string {
  if (issue.code !== 'invalid_type') return 'is not valid.';
  if (issue.input === undefined) return 'is missing.';
  const kinds: Record<string, string> = { array: 'a list', object: 'a set of fields', boolean: 'true or false' };
  return `must be ${kinds[issue.expected ?? ''] ?? issue.expected}.`;
}

/** `people[2].email` */
function printPath(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** Where the path ends in the file, or where its last existing part is. */
function lineOf(document: Document.Parsed, path: Path, lines: LineCounter): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const offset = offsetOf(document, path.slice(0, length));
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return undefined;
}

function offsetOf(document: Document.Parsed, path: Path): number | undefined {
  const parent = path.length === 0 ? undefined : document.getIn(path.slice(0, -1), true);
  // A value may begin lines below its key, which is what one looks for.
  const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined;
  if (pair && isScalar(pair.key)) return pair.key.range?.[0];
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return node !== null && typeof node === 'object' && 'range' in node
    ? (node.range as [number] | undefined)?.[0]
    : undefined;
}
