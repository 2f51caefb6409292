import type { PersonType } from '../core/caller.ts';
import { newUuid } from '../core/ids.ts';
import type { Flag, Writer } from '../db/index.ts';

export interface NewOrganization {
  /** Drawn when absent. */
  uuid?: string;
  displayName: string;
  /** ms */
  now: number;
}

export interface NewPerson {
  /** Drawn when absent. */
  uuid?: string;
  /** Internal key. */
  orgId: number;
  type: PersonType;
  /** Unique without regard to case. */
  email: string;
  displayName: string;
  firstName?: string | null;
  lastName?: string | null;
  nickName?: string | null;
  /** URL. */
  avatar?: string | null;
  roles?: readonly string[];
  /** Words of src/organizations/licenses.ts, separated by blanks; absent: all of them. */
  licenses?: string;
  locationId?: string | null;
  /** As `profileText` writes it. */
  profile?: string;
  loginEnabled?: Flag;
  /** ms */
  now: number;
}

/** Answers the internal key. */
export async function createOrganization(
  tx: Writer,
  { uuid = newUuid(), displayName, now }: NewOrganization,
): Promise<number> {
  const row = await tx.query
    .insertInto('organizations')
    .values({ uuid, displayName, createdAt: now })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Answers the internal key. The caller makes sure that the address is free. */
export async function createPerson(
  tx: Writer,
  { uuid = newUuid(), roles = [], now, ...person }: NewPerson,
): Promise<number> {
  const row = await tx.query
    .insertInto('people')
    .values({
      ...person,
      uuid,
      email: person.email.toLowerCase(),
      roles: roles.join(' '),
      createdAt: now,
      modifiedAt: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** BOT-1: bots are known by their addresses. */
export function typeOfAddress(email: string): 'person' | 'bot' {
  return /@(?:webex\.bot|sparkbot\.io)$/i.test(email) ? 'bot' : 'person';
}
