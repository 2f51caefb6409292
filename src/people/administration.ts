import type { PersonCreate, PersonUpdate } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import { flag, type Database, type Reader, type Writer } from '../db/index.ts';
import { bodyKey, pathKey } from '../http/index.ts';
import { createPerson, typeOfAddress } from './accounts.ts';
import { mayChangeOneself, mayChangePerson, mayDelete, mayWritePeople } from './policy.ts';
import { profileText } from './profile.ts';
import { rightsIn } from './rights.ts';
import { findPersonByEmail, findPersonRow, findPersonRowByKey, type PersonRow } from './store.ts';
import { deleteTokens, followRoles } from './tokens.ts';

/** What else changes with a person, in the same transaction, and is told of by events of its own. */
export type Consequence = (tx: Writer, person: PersonRow, actor: Caller) => Promise<void>;

export interface AdministrationParts {
  db: Database;
  clock: Clock;
  /** What is known of the person's tokens is asked for anew. */
  forget: (personId: number) => void;
  /** Of deleting somebody. They are marked as deleted already, and have their address still. */
  whenDeleted: readonly Consequence[];
  /** Of taking a role from somebody; the person is as they are now. */
  whenDemoted: readonly Consequence[];
}

/** What administrators do to the people of their organization (spec 3.6). */
export class PeopleAdministration {
  readonly #parts: AdministrationParts;

  constructor(parts: AdministrationParts) {
    this.#parts = parts;
  }

  async create(caller: Caller, body: PersonCreate): Promise<PersonRow> {
    mayWritePeople(caller);
    mustBeOwnOrganization(caller, body);
    const [email = ''] = body.emails;
    const type = typeOfAddress(email);
    const { roles = [], licenses } = rightsIn(body, caller.orgUuid, type);
    const columns = columnsOf(body, nameOf(body));
    return this.#parts.db.write(async (tx) => {
      await mustStillAdminister(tx, caller);
      await mustBeFree(tx, email);
      const id = await createPerson(tx, {
        ...columns,
        orgId: caller.orgId,
        type,
        email,
        roles,
        ...(licenses && { licenses: licenses.join(' ') }),
        loginEnabled: flag(body.loginEnabled ?? true),
        now: this.#parts.clock.now(),
      });
      return written(tx, id);
    });
  }

  /** A full replacement; the address, and what the person may do, stay when the body says nothing of them. */
  async update(caller: Caller, id: string, body: PersonUpdate): Promise<PersonRow> {
    mayWritePeople(caller);
    mustBeOwnOrganization(caller, body);
    const { db, clock, forget, whenDemoted } = this.#parts;
    const columns = columnsOf(body, body.displayName);
    return db.write(async (tx) => {
      const person = await this.#find(tx, caller, id);
      const { roles = words(person.roles), licenses = words(person.licenses) } = rightsIn(
        body,
        person.orgUuid,
        person.type,
      );
      mayChangeOneself(caller, person, roles, body);
      const email = (body.emails?.[0] ?? person.email).toLowerCase();
      if (email !== person.email) await mustBeFree(tx, email);
      await tx.query
        .updateTable('people')
        .set({
          ...columns,
          email,
          roles: roles.join(' '),
          licenses: licenses.join(' '),
          loginEnabled: body.loginEnabled === undefined ? person.loginEnabled : flag(body.loginEnabled),
          modifiedAt: clock.now(),
        })
        .where('id', '=', person.id)
        .execute();
      await followRoles(tx, person, roles.join(' '));
      const changed = await written(tx, person.id);
      if (words(person.roles).some((role) => !roles.includes(role))) {
        for (const consequence of whenDemoted) await consequence(tx, changed, caller);
      }
      tx.afterCommit(() => forget(person.id));
      return changed;
    });
  }

  /**
   * Ends everything that the person has and does. Their row stays, without an address, for it is the author of what they
   * wrote; to the API they are not there any more.
   */
  async remove(caller: Caller, id: string): Promise<void> {
    mayWritePeople(caller);
    const { db, clock, forget, whenDeleted } = this.#parts;
    await db.write(async (tx) => {
      const person = await this.#find(tx, caller, id);
      mayDelete(caller, person);
      const now = clock.now();
      const set = (columns: { deletedAt: number } | { email: string; formerEmail: string }) =>
        tx.query.updateTable('people').set(columns).where('id', '=', person.id).execute();
      await set({ deletedAt: now });
      await deleteTokens(tx, person.id);
      for (const consequence of whenDeleted) await consequence(tx, person, caller);
      await set({ email: person.uuid, formerEmail: person.email });
      tx.afterCommit(() => forget(person.id));
    });
  }

  async #find(tx: Writer, caller: Caller, id: string): Promise<PersonRow> {
    await mustStillAdminister(tx, caller);
    const person = await findPersonRow(tx, pathKey('PEOPLE', id, 'personNotFound'));
    if (!person) throw new ApiError('personNotFound');
    mayChangePerson(caller, person);
    return person;
  }
}

/** Two administrators who take the administration from each other: the first one has it, the second one has none. */
async function mustStillAdminister(tx: Writer, caller: Caller): Promise<void> {
  const row = await findPersonRowByKey(tx, caller.personId);
  if (!row) throw new ApiError('unauthorized');
  if (!words(row.roles).includes('admin')) throw new ApiError('forbidden');
}

function mustBeOwnOrganization(caller: Caller, { orgId }: Pick<PersonCreate, 'orgId'>): void {
  if (orgId !== undefined && bodyKey('ORGANIZATION', orgId) !== caller.orgUuid) throw new ApiError('forbidden');
}

async function mustBeFree(reader: Reader, email: string): Promise<void> {
  if (await findPersonByEmail(reader, email)) throw new ApiError('emailTaken', { email });
}

async function written(tx: Writer, id: number): Promise<PersonRow> {
  const row = await findPersonRowByKey(tx, id);
  if (!row) throw new Error('A person who was just written is not there.');
  return row;
}

function columnsOf(body: Omit<PersonCreate, 'emails'>, displayName: string) {
  return {
    displayName,
    firstName: body.firstName ?? null,
    lastName: body.lastName ?? null,
    nickName: body.nickName ?? null,
    avatar: body.avatar ?? null,
    locationId: body.locationId ?? null,
    profile: profileText(body),
  };
}

function nameOf({ displayName = '', firstName = '', lastName = '' }: PersonCreate): string {
  const name = displayName.trim() === '' ? `${firstName.trim()} ${lastName.trim()}`.trim() : displayName;
  if (name === '') throw new ApiError('nameMissing');
  return name;
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}
