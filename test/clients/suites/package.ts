import { readFileSync } from 'node:fs';
import path from 'node:path';

/** `name@version` of an installed package. */
export function nameAndVersion(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  return `${name}@${version}`;
}
