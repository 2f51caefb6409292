import { sql, type ExpressionBuilder, type ExpressionWrapper, type SqlBool } from 'kysely';
import type { Caller, PersonType } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import { statement, type Reader, type Schema, type Writer } from '../db/index.ts';

/** A person as other resources refer to them. */
export interface PersonRef {
  id: number;
  uuid: string;
  type: PersonType;
  /** Lower case. */
  email: string;
  displayName: string;
  orgId: number;
  orgUuid: string;
}

export async function findPersonByUuid(reader: Reader, uuid: string): Promise<PersonRef | undefined> {
  return reader.first(personByUuid, { uuid });
}

/** Addresses compare without regard to case. */
export async function findPersonByEmail(reader: Reader, email: string): Promise<PersonRef | undefined> {
  return reader.first(personByEmail, { email: email.toLowerCase() });
}

/** A caller is trusted for a moment: who was deleted in it makes nothing new (spec 3.6). */
export async function mustBeThere(tx: Writer, { personId }: Pick<Caller, 'personId'>): Promise<void> {
  if (!(await tx.first(thereByKey, { id: personId }))) throw new ApiError('unauthorized');
}

/** The person behind a token that is known and has not expired at `now` (ms). */
export async function findCaller(reader: Reader, hash: Uint8Array, now: number): Promise<Caller | undefined> {
  const row = await reader.first(callerByToken, { hash });
  if (!row || (row.expiresAt !== null && row.expiresAt <= now)) return undefined;
  const { id: personId, roles, scopes, expiresAt: tokenExpiresAt, grantId, ...rest } = row;
  const under = grantId === null ? {} : { grantId };
  return { ...rest, ...under, personId, tokenExpiresAt, roles: words(roles), scopes: words(scopes) };
}

/** A person with everything that the directory shows. */
export type PersonRow = Awaited<ReturnType<ReturnType<typeof selectPeople>['execute']>>[number];

export async function findPersonRow(reader: Reader, uuid: string): Promise<PersonRow | undefined> {
  return reader.first(rowByUuid, { uuid });
}

export async function findPersonRowByKey(reader: Reader, id: number): Promise<PersonRow | undefined> {
  return reader.first(rowByKey, { id });
}

/** The select that every reader of the directory starts from: who is deleted is not there. */
export function selectPeople(query: Reader['query']) {
  return query
    .selectFrom('people')
    .innerJoin('organizations', 'organizations.id', 'people.orgId')
    .selectAll('people')
    .select('organizations.uuid as orgUuid')
    .where('people.deletedAt', 'is', null);
}

export async function existingUuids(reader: Reader, uuids: readonly string[]): Promise<Set<string>> {
  const rows = await reader.query
    .selectFrom('people')
    .select('uuid')
    .where('uuid', 'in', uuids)
    .where('deletedAt', 'is', null)
    .execute();
  return new Set(rows.map(({ uuid }) => uuid));
}

type Condition = (eb: ExpressionBuilder<Schema, 'people'>) => ExpressionWrapper<Schema, 'people', SqlBool>;

/** Without regard to the case of ASCII letters. */
export function nameStartsWith(beginning: string): Condition {
  const pattern = `${beginning.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return (eb) => eb.and([sql<SqlBool>`lower(${eb.ref('people.displayName')}) like lower(${pattern}) escape '\\'`]);
}

/** People of the caller's organization, and those who share a room with the caller. Guests know nobody but the latter. */
export function nearTo({ orgId, personId, type }: Caller): Condition {
  return (eb) =>
    eb.or([
      ...(type === 'appuser' ? [] : [eb('people.orgId', '=', orgId)]),
      eb.exists(
        eb
          .selectFrom('memberships as theirs')
          .innerJoin('memberships as own', 'own.roomId', 'theirs.roomId')
          .select('theirs.id')
          .whereRef('theirs.personId', '=', 'people.id')
          .where('own.personId', '=', personId),
      ),
    ]);
}

/** Space separated words; the same text gives the same set, because a server sees few different ones. */
function words(text: string): ReadonlySet<string> {
  let set = knownWords.get(text);
  if (!set) {
    set = new Set(text.split(' ').filter((word) => word !== ''));
    if (knownWords.size < 1000) knownWords.set(text, set);
  }
  return set;
}
const knownWords = new Map<string, ReadonlySet<string>>();

const refColumns = [
  'people.id',
  'people.uuid',
  'people.type',
  'people.email',
  'people.displayName',
  'people.orgId',
  'organizations.uuid as orgUuid',
] as const;

const personByUuid = statement<{ uuid: string }>()((db, param) =>
  db
    .selectFrom('people')
    .innerJoin('organizations', 'organizations.id', 'people.orgId')
    .select(refColumns)
    .where('people.uuid', '=', param('uuid'))
    .where('people.deletedAt', 'is', null),
);

const personByEmail = statement<{ email: string }>()((db, param) =>
  db
    .selectFrom('people')
    .innerJoin('organizations', 'organizations.id', 'people.orgId')
    .select(refColumns)
    .where('people.email', '=', param('email'))
    .where('people.deletedAt', 'is', null),
);

const rowByUuid = statement<{ uuid: string }>()((db, param) =>
  selectPeople(db).where('people.uuid', '=', param('uuid')),
);

const rowByKey = statement<{ id: number }>()((db, param) => selectPeople(db).where('people.id', '=', param('id')));

const thereByKey = statement<{ id: number }>()((db, param) =>
  db.selectFrom('people').select('id').where('id', '=', param('id')).where('deletedAt', 'is', null),
);

const callerByToken = statement<{ hash: Uint8Array }>()((db, param) =>
  db
    .selectFrom('tokens')
    .innerJoin('people', 'people.id', 'tokens.personId')
    .innerJoin('organizations', 'organizations.id', 'people.orgId')
    .select([...refColumns, 'people.roles', 'tokens.scopes', 'tokens.appKey', 'tokens.expiresAt', 'tokens.grantId'])
    .where('tokens.hash', '=', param('hash'))
    .where('people.loginEnabled', '=', 1)
    .where('people.deletedAt', 'is', null),
);
