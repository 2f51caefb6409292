import { parseId } from '../../core/ids.ts';
import type { Mention, MentionTarget, RichText } from './rich-text.ts';

interface Mentionable {
  /** In lower case. */
  readonly uuid: string;
  readonly email: string;
  readonly displayName: string;
}

/** Knows the members of the room and nobody else. Addresses and UUIDs are asked for in lower case. */
export interface MentionLookup {
  byEmail(email: string): Mentionable | undefined;
  byUuid(uuid: string): Mentionable | undefined;
}

interface MentionTargets {
  /** In lower case, each once. */
  readonly emails: string[];
  /** In lower case, each once. */
  readonly uuids: string[];
  readonly all: boolean;
}

/** Whom the content names, members or not, so that the members among them can be looked up before rendering. */
export function mentionTargets(content: RichText): MentionTargets {
  const targets = [...mentionsIn(content)].map(({ target }) => target);
  return {
    emails: [...new Set(targets.flatMap((target) => (target.kind === 'email' ? target.email : [])))],
    uuids: [...new Set(targets.flatMap((target) => (target.kind === 'uuid' ? target.uuid : [])))],
    all: targets.some(({ kind }) => kind === 'all'),
  };
}

/** In the order of the text. */
export function* mentionsIn(content: RichText): Generator<Mention> {
  for (const node of content) {
    if (typeof node === 'string') continue;
    if (node.tag === 'spark-mention') yield node;
    else if ('children' in node) yield* mentionsIn(node.children);
  }
}

/** `id` in any form of ID-2. */
export function personTarget(id: string): MentionTarget {
  const parsed = parseId('PEOPLE', id);
  return parsed.kind === 'key' ? { kind: 'uuid', uuid: parsed.key } : { kind: 'nobody' };
}

/** The member that is mentioned; undefined if there is none (MEN-3). */
export function memberOf({ target }: Mention, members: MentionLookup): Mentionable | undefined {
  if (target.kind === 'email') return members.byEmail(target.email);
  if (target.kind === 'uuid') return members.byUuid(target.uuid);
  return undefined;
}

/** What readers see of a mention (MEN-1, MEN-2, MEN-3). */
export function labelOf(mention: Mention, members: MentionLookup): string {
  if (mention.target.kind === 'all') return 'All';
  return mention.label ?? memberOf(mention, members)?.displayName ?? mention.typed;
}
