import { covers } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';

/**
 * Every scope that may be asked for, and what it lets an integration do: a sentence that begins "It may". Undefined: nothing
 * that a person has to decide about.
 */
const words: Readonly<Record<string, string | undefined>> = {
  'spark:all': 'do everything in messaging that you can do: read, write and delete in all of your rooms',
  'spark:messages_read': 'read the messages of your rooms',
  'spark:messages_write': 'post and delete messages as you',
  'spark:rooms_read': 'see which rooms you are in',
  'spark:rooms_write': 'create, change and delete rooms as you',
  'spark:memberships_read': 'see who is in your rooms',
  'spark:memberships_write': 'add people to your rooms, and remove them',
  'spark:people_read': 'look people up',
  'spark:people_write': 'change the profiles of people, as far as you may',
  'spark:teams_read': 'see which teams you are in',
  'spark:teams_write': 'create, change and delete teams as you',
  'spark:team_memberships_read': 'see who is in your teams',
  'spark:team_memberships_write': 'add people to your teams, and remove them',
  // Webex's integrations ask for it to read what is sealed; here the server itself opens it.
  'spark:kms': undefined,
  'spark-admin:people_read': 'see everybody of your organization, as an administrator',
  'spark-admin:people_write': 'add, change and remove people of your organization',
  'spark-compliance:events_read': 'see all events of your organization, as a compliance officer',
  'spark-compliance:rooms_read': 'see all rooms of your organization',
  'spark-compliance:rooms_write': 'change settings of all rooms of your organization',
  'spark-compliance:memberships_read': 'see who is in the rooms of your organization',
  'spark-compliance:memberships_write': 'change who is in the rooms of your organization',
  'spark-compliance:messages_read': 'read all messages of your organization',
  'spark-compliance:messages_write': 'delete messages of your organization',
  // No call of this server asks for these.
  'spark-compliance:teams_read': undefined,
  'spark-compliance:team_memberships_read': undefined,
  'spark-compliance:team_memberships_write': undefined,
  openid: 'know who you are',
  profile: 'see your name and picture',
  email: 'see your e-mail address',
  // Parts of OpenID Connect that this server knows nothing about.
  phone: undefined,
  address: undefined,
};

export function isScope(text: string): boolean {
  return Object.hasOwn(words, text);
}

export function scopesMustExist(scopes: readonly string[]): void {
  const unknown = scopes.find((scope) => !isScope(scope));
  if (unknown !== undefined) throw new ApiError('scopeUnknown', { scope: unknown });
}

/** What a page of consent says about them; a list, in the order above. */
export function inWords(scopes: readonly string[]): string[] {
  const asked = new Set(scopes);
  return Object.entries(words).flatMap(([scope, sentence]) => (asked.has(scope) && sentence ? [sentence] : []));
}

/** In a request scopes are separated by blanks. Each counts once. */
export function splitScopes(text: string): string[] {
  return [...new Set(text.split(/\s+/).filter((scope) => scope !== ''))];
}

/** What everybody may give away: it tells of nobody but themselves, or means nothing here. */
const harmless = new Set(['spark:kms', 'openid', 'profile', 'email', 'phone', 'address']);

/** Those of `asked` that `held` holds; of `spark:all`, where it is not held, the parts that are. */
export function within(asked: readonly string[], held: ReadonlySet<string>): string[] {
  const parts =
    asked.includes('spark:all') && !held.has('spark:all')
      ? [...held].filter((scope) => scope.startsWith('spark:'))
      : [];
  const kept = asked.filter((scope) => harmless.has(scope) || covers(held, scope));
  return [...new Set([...kept, ...parts])];
}

/** What an integration asks for: nothing that is unknown, or beyond what it is registered with. */
export function askedScopes(text: string | undefined, registered: readonly string[]): string[] {
  if (text === undefined || text.trim() === '') return [...registered];
  const asked = splitScopes(text);
  const unknown = asked.find((scope) => !isScope(scope));
  if (unknown !== undefined) throw new ApiError('scopeInvalid', { reason: `There is no scope '${unknown}'.` });
  const held = new Set(registered);
  const beyond = asked.find((scope) => scope !== 'spark:kms' && !covers(held, scope));
  if (beyond !== undefined) {
    throw new ApiError('scopeInvalid', { reason: `The integration is not registered with the scope '${beyond}'.` });
  }
  return asked;
}
