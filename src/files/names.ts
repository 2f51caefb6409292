/** What a file is called that has no name of its own. */
const NAMELESS = 'file';
/** Bytes of UTF-8: what file systems take. */
const MOST_BYTES = 255;

/** Signs that hide what a name says (controls, changes of direction), or end a quoted name in a header. */
// oxlint-disable-next-line no-control-regex -- controls are what it is about
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"]/g;

/** A name that can be shown, sent in a header and saved, whatever was given: never a path. */
export function cleanName(given = ''): string {
  const last = given.split(/[/\\]/).findLast((segment) => segment.trim() !== '') ?? '';
  const name = last.toWellFormed().replaceAll(UNSAFE, '').trim();
  return /^\.*$/.test(name) ? NAMELESS : shortened(name);
}

/** The end of a long name stays, for it says what the file is. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MOST_BYTES) return name;
  const ending = /\.[^.]{1,16}$/.exec(name)?.[0] ?? '';
  const room = MOST_BYTES - Buffer.byteLength(ending);
  let kept = '';
  let bytes = 0;
  for (const sign of name.slice(0, name.length - ending.length)) {
    bytes += Buffer.byteLength(sign);
    if (bytes > room) break;
    kept += sign;
  }
  return kept + ending;
}

/** The last segment of a URL's path (FILE-6). */
export function nameInUrl(url: string): string | undefined {
  const segment = URL.parse(url)
    ?.pathname.split('/')
    .findLast((part) => part !== '');
  if (segment === undefined) return undefined;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

const TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?: *; *[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[\w !#$&^.+:/-]*"))*$/;

/** A media type that can stand in a header. */
export function cleanType(given = ''): string {
  const type = given.trim();
  return type.length <= MOST_BYTES && TYPE.test(type) ? type : 'application/octet-stream';
}
