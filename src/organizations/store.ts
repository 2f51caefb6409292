import { sql, type ExpressionBuilder, type ExpressionWrapper, type SqlBool } from 'kysely';
import { statement, type Reader, type Schema } from '../db/index.ts';
import type { LicenseWord } from './licenses.ts';

export interface OrganizationRow {
  uuid: string;
  displayName: string;
  createdAt: number;
}

export async function findOrganization(reader: Reader, id: number): Promise<OrganizationRow | undefined> {
  return reader.first(organizationByKey, { id });
}

/** How many people of the organization hold the licence. Looks at all of them: administrators ask for it now and then. */
export async function countHolders(reader: Reader, orgId: number, license: LicenseWord): Promise<number> {
  const row = await reader.query
    .selectFrom('people')
    .select((eb) => eb.fn.countAll().as('holders'))
    .where('orgId', '=', orgId)
    .where('type', '=', 'person')
    .where('deletedAt', 'is', null)
    .where(hasWord('licenses', license))
    .executeTakeFirstOrThrow();
  return Number(row.holders);
}

type Condition = (eb: ExpressionBuilder<Schema, 'people'>) => ExpressionWrapper<Schema, 'people', SqlBool>;

/** A list of words, separated by blanks, has this one in it. */
export function hasWord(column: 'roles' | 'licenses', word: string): Condition {
  return (eb) => eb.and([sql<SqlBool>`' ' || ${eb.ref(`people.${column}`)} || ' ' like ${`% ${word} %`}`]);
}

const organizationByKey = statement<{ id: number }>()((db, param) =>
  db.selectFrom('organizations').select(['uuid', 'displayName', 'createdAt']).where('id', '=', param('id')),
);
