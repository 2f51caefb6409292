import type { PersonType, Role } from '../core/caller.ts';
import { newUuid } from '../core/ids.ts';
import type { Writer } from '../db/index.ts';

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
  firstName?: string;
  lastName?: string;
  nickName?: string;
  /** URL. */
  avatar?: string;
  roles?: readonly Role[];
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
