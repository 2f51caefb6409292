import crypto, { hash } from 'node:crypto';
import { v7 } from 'uuid';

/** The words that appear in a public id (spec 2.1). */
export type IdType =
  | 'PEOPLE'
  | 'ROOM'
  | 'MESSAGE'
  | 'MEMBERSHIP'
  | 'WEBHOOK'
  | 'TEAM'
  | 'TEAM_MEMBERSHIP'
  | 'ATTACHMENT_ACTION'
  | 'ORGANIZATION'
  | 'CONTENT'
  | 'APPLICATION'
  | 'EVENT'
  | 'TABS'
  | 'LICENSE'
  | 'ROLE';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const PUBLIC_ID = /^[A-Za-z0-9_-]+={0,2}$/;
const DECODED = /^ciscospark:\/\/[^/]+\/([A-Z_]+)\/(.+)$/;

/** Names for ids that are derived instead of drawn: the same parts always give the same UUID. */
const DERIVED_NAMESPACE = Buffer.from('5d1e8a3c2f0b4b539f536f2a6d1c7e10', 'hex');

/** A new key, ordered by time so that indexes grow at one end. */
export function newUuid(): string {
  return drawUuid();
}

/** Node.js draws one in a twentieth of the time, from version 26 on. */
const drawUuid = (crypto as { randomUUIDv7?: () => string }).randomUUIDv7 ?? v7;

/** A key that follows from what it names: 1:1 rooms (ID-9), deliveries, seeded people. A UUID of version 5. */
export function derivedUuid(...parts: readonly string[]): string {
  const digest = hash('sha1', Buffer.concat([DERIVED_NAMESPACE, Buffer.from(parts.join('\n'))]), 'hex');
  const variant = ((Number.parseInt(digest.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  const fields = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `5${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
  ];
  return [...fields, digest.slice(20, 32)].join('-');
}

/** ID-1: the one canonical text of an object's id. `key` is mostly a UUID. */
export function publicId(type: IdType, key: string): string {
  return Buffer.from(`ciscospark://us/${type}/${key}`, 'latin1').toString('base64url');
}

export function membershipKey(personUuid: string, roomUuid: string): string {
  return `${personUuid}:${roomUuid}`;
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * What an id given by a client means.
 * - `key`: the key it names; upper case is folded (ID-2, ID-3).
 * - `otherType`: a well-formed id of another kind of object (ID-4).
 * - `malformed`: neither a public id nor a UUID.
 */
export type ParsedId = { kind: 'key'; key: string } | { kind: 'otherType' } | { kind: 'malformed' };

export function parseId(type: IdType, text: string): ParsedId {
  const lower = text.toLowerCase();
  if (isUuid(lower)) return { kind: 'key', key: lower };
  if ((type === 'MEMBERSHIP' || type === 'TEAM_MEMBERSHIP') && isPairOfUuids(lower)) return { kind: 'key', key: lower };
  if (!PUBLIC_ID.test(text)) return { kind: 'malformed' };
  const match = DECODED.exec(Buffer.from(text, 'base64url').toString('latin1'));
  if (!match?.[1] || !match[2]) return { kind: 'malformed' };
  if (match[1] !== type) return { kind: 'otherType' };
  return { kind: 'key', key: type === 'APPLICATION' ? match[2] : match[2].toLowerCase() };
}

/** The keys that these ids name; those of another kind, or of none, are left out. */
export function keysOf(type: IdType, ids: readonly string[]): string[] {
  return ids.map((id) => parseId(type, id)).flatMap((parsed) => (parsed.kind === 'key' ? [parsed.key] : []));
}

function isPairOfUuids(text: string): boolean {
  const [first, second, ...rest] = text.split(':');
  return rest.length === 0 && first !== undefined && second !== undefined && isUuid(first) && isUuid(second);
}
