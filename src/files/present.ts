import { encodeExtended } from 'content-disposition';
import type { Content } from './service.ts';

/**
 * FILE-2. The name is quoted whatever it is, and nothing quoted comes after it: clients look for it between the first quote
 * and the last one. Names hold no quotes (names.ts).
 */
export function disposition(name: string): string {
  const ascii = name.replaceAll(/[^\u0020-\u007e]+/g, '_');
  const isWhole = ascii === name && !/%[\da-f]{2}/i.test(name);
  return `attachment; filename="${ascii}"${isWhole ? '' : `; filename*=${encodeExtended(name)}`}`;
}

/** A content is somebody's file: no browser is to take it for a page of this server. */
export function contentHeaders({ name, type }: Content): Record<string, string> {
  return {
    'content-type': type,
    'content-disposition': disposition(name),
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  };
}
