import { createHash, randomBytes } from 'node:crypto';
import type { PersonType, Role, Scope } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import type { Writer } from '../db/index.ts';
import { hashToken } from '../http/index.ts';

export interface NewToken {
  /** Internal key. */
  personId: number;
  /** ms */
  now: number;
  /** Text that was chosen elsewhere, of any alphabet (AUTH-5); absent: a new random one. */
  token?: string;
  /** Absent: everything that the person may do. */
  scopes?: readonly string[];
  /** ms; absent: never. */
  expiresAt?: number;
  /** The client it is for; absent: the one that all tokens of such people share. */
  appKey?: string;
  /** Internal key of what it is made under. */
  grantId?: number;
  /** What its owner calls it. */
  name?: string;
}

/**
 * Answers the text of the token. Only its hash is stored, so this is the one time to show it. Refuses for somebody who was
 * deleted, whoever asks for it.
 */
export async function createToken(tx: Writer, { personId, now, expiresAt, ...given }: NewToken): Promise<string> {
  const person = await tx.query
    .selectFrom('people')
    .innerJoin('organizations', 'organizations.id', 'people.orgId')
    .select(['people.type', 'people.roles', 'organizations.uuid as orgUuid'])
    .where('people.id', '=', personId)
    .where('people.deletedAt', 'is', null)
    .executeTakeFirst();
  if (!person) throw new ApiError('unauthorized');
  const { token = newToken(person.orgUuid), scopes = defaultScopes(person), appKey = appKeys[person.type] } = given;
  await tx.query
    .insertInto('tokens')
    .values({
      personId,
      hash: hashToken(token),
      appKey,
      scopes: scopes.join(' '),
      createdAt: now,
      expiresAt: expiresAt ?? null,
      grantId: given.grantId ?? null,
      name: given.name ?? null,
    })
    .execute();
  return token;
}

/** They open nothing from the commit on. */
export async function deleteTokens(tx: Writer, personId: number): Promise<void> {
  await tx.query.deleteFrom('tokens').where('personId', '=', personId).execute();
}

/** A token with everything that the person might do goes on to be one when their roles change to `roles`. */
export async function followRoles(
  tx: Writer,
  person: { id: number; type: PersonType; roles: string },
  roles: string,
): Promise<void> {
  await tx.query
    .updateTable('tokens')
    .set({ scopes: defaultScopes({ ...person, roles }).join(' ') })
    .where('personId', '=', person.id)
    .where('appKey', '=', appKeys[person.type])
    .where('scopes', '=', defaultScopes(person).join(' '))
    .execute();
}

/** Random bytes of a token; over 256 bits remain after the alphabet has lost a character. */
export const TOKEN_BYTES = 33;

/**
 * AUTH-4: three parts, since Webex's own SDK splits at `_` and reads the organization out of the third. `hearth` and
 * `HRTH` make a token that has leaked recognizable.
 */
export function newToken(orgUuid: string, random: Uint8Array = randomBytes(TOKEN_BYTES)): string {
  const secret = Buffer.from(random).toString('base64url').replaceAll('_', '-');
  return `hearth${secret}_HRTH_${orgUuid}`;
}

/**
 * Keys of the APPLICATION ids that webhooks show as `appId`: `C` and 64 hexadecimal digits, as Webex's have. All bots
 * share one client, as do all tokens that people are given directly (spec 2.1).
 */
export const appKeys = {
  bot: appKeyOf('bots'),
  person: appKeyOf('personal access tokens'),
  appuser: appKeyOf('guests'),
} as const;

function appKeyOf(client: string): string {
  return `C${createHash('sha256').update(`hearth client: ${client}`).digest('hex')}`;
}

type MessagingScope = Extract<Scope, `spark:${string}`>;

const messagingScopes: readonly MessagingScope[] = [
  'spark:people_read',
  'spark:rooms_read',
  'spark:rooms_write',
  'spark:memberships_read',
  'spark:memberships_write',
  'spark:messages_read',
  'spark:messages_write',
  'spark:teams_read',
  'spark:teams_write',
  'spark:team_memberships_read',
  'spark:team_memberships_write',
];

const roleScopes: Readonly<Record<Role, readonly string[]>> = {
  admin: ['spark-admin:people_read', 'spark-admin:people_write'],
  compliance: [
    'spark-compliance:events_read',
    'spark-compliance:messages_read',
    'spark-compliance:messages_write',
    'spark-compliance:memberships_read',
    'spark-compliance:memberships_write',
    'spark-compliance:rooms_read',
    'spark-compliance:rooms_write',
    'spark-compliance:teams_read',
    'spark-compliance:team_memberships_read',
    'spark-compliance:team_memberships_write',
  ],
};

/** Spec 1.4: bots and guests read and write messaging and administer nothing; people have all of it, and what their roles add. */
export function defaultScopes({ type, roles }: { type: PersonType; roles: string }): string[] {
  if (type !== 'person') return [...messagingScopes];
  const held = roles.split(' ');
  return [
    'spark:all',
    'spark:kms',
    ...Object.entries(roleScopes).flatMap(([role, scopes]) => (held.includes(role) ? scopes : [])),
  ];
}
