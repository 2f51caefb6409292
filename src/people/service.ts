import type { PeopleQuery } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import { parseId } from '../core/ids.ts';
import type { Database } from '../db/index.ts';
import { bodyKey, keyset, mapPage, pathKey, type Page } from '../http/index.ts';
import { mayReadPeople, mustSayWhom } from './policy.ts';
import { hasWord, roleWithId } from '../organizations/index.ts';
import type { Presence } from './presence.ts';
import type { PersonView } from './present.ts';
import { existingUuids, findPersonRow, nameStartsWith, nearTo, selectPeople, type PersonRow } from './store.ts';

/** Spec 3.6 */
const MOST_IDS = 85;
/** Spec 1.8 */
const MOST_WITH_CALLING_DATA = 100;
const MOST_OF_LOCATION = 50;

export interface PeoplePage extends Page<PersonView> {
  /** As they were asked for; only in lists by id. */
  notFoundIds?: string[];
}

const byName = keyset('people', 'string', 'number');

/** Reads the directory. */
export class PeopleService {
  readonly #db: Database;
  readonly #presence: Presence;

  constructor({ db, presence }: { db: Database; presence: Presence }) {
    this.#db = db;
    this.#presence = presence;
  }

  async me(caller: Caller): Promise<PersonView> {
    return this.#find(caller, caller.uuid);
  }

  /** Whoever knows an id may see whose it is. */
  async get(caller: Caller, id: string): Promise<PersonView> {
    return this.#find(caller, pathKey('PEOPLE', id, 'personNotFound'));
  }

  /**
   * By display name, then in order of creation. An e-mail address or an id finds anybody; the beginning of a name finds
   * people of the own organization and of shared rooms; an administrator may list the organization.
   */
  async list(caller: Caller, query: PeopleQuery): Promise<PeoplePage> {
    mayReadPeople(caller);
    mustSayWhom(caller, query);
    const { email, displayName, id, orgId, roles, locationId } = query;
    const max = mostOf(query);
    const asked = id ? idsIn(id) : undefined;
    const uuids = asked && uuidsOf(asked);
    if (asked && uuids?.length === 0) return { items: [], notFoundIds: [...asked.keys()] };

    let rows = selectPeople(this.#db.reader.query);
    if (uuids) rows = rows.where('people.uuid', 'in', uuids);
    if (email) rows = rows.where('people.email', '=', email.toLowerCase());
    if (displayName) rows = rows.where(nameStartsWith(displayName)).where(nearTo(caller));
    if (roles) rows = rows.where('people.orgId', '=', caller.orgId).where(holdsOneOf(roles));
    if (locationId) rows = rows.where('people.locationId', '=', locationId);
    if (!uuids && !email && !displayName) rows = rows.where('people.orgId', '=', caller.orgId);
    if (orgId) rows = rows.where('organizations.uuid', '=', bodyKey('ORGANIZATION', orgId));

    const after = byName.after(query.cursor);
    if (after) {
      rows = rows.where((eb) => eb(eb.refTuple('people.displayName', 'people.id'), '>', eb.tuple(...after)));
    }
    const sorted = rows
      .orderBy('people.displayName')
      .orderBy('people.id')
      .limit(max + 1);
    const found = byName.page(await sorted.execute(), max, (person) => [person.displayName, person.id]);
    const page = mapPage(found, (person) => this.seen(person));
    return asked ? { ...page, ...(await this.#missing(asked)) } : page;
  }

  /** With what is known of their presence. */
  seen(person: PersonRow): PersonView {
    return { ...person, ...this.#presence.of(person) };
  }

  async #find(caller: Caller, uuid: string): Promise<PersonView> {
    mayReadPeople(caller);
    const person = await findPersonRow(this.#db.reader, uuid);
    if (!person) throw new ApiError('personNotFound');
    return this.seen(person);
  }

  async #missing(asked: ReadonlyMap<string, string | undefined>): Promise<Pick<PeoplePage, 'notFoundIds'>> {
    const existing = await existingUuids(this.#db.reader, uuidsOf(asked));
    const notFoundIds = [...asked]
      .filter(([, uuid]) => uuid === undefined || !existing.has(uuid))
      .map(([text]) => text);
    return notFoundIds.length > 0 ? { notFoundIds } : {};
  }
}

function mostOf({ max, callingData, locationId }: PeopleQuery): number {
  return Math.min(max, callingData ? MOST_WITH_CALLING_DATA : Infinity, locationId ? MOST_OF_LOCATION : Infinity);
}

/** A role that is unknown is one that nobody holds. */
function holdsOneOf(list: string) {
  const held = list.split(',').flatMap((id) => roleWithId(id.trim()) ?? []);
  return (eb: Parameters<ReturnType<typeof hasWord>>[0]) => eb.or(held.map(({ role }) => hasWord('roles', role)(eb)));
}

/**
 * The ids of a list as they were written, each with the key it names. One that names nobody does not spoil the list:
 * clients gather the ids of unrelated callers in one request.
 */
function idsIn(list: string): Map<string, string | undefined> {
  const texts = list
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  if (texts.length > MOST_IDS) throw new ApiError('invalidRequest', { reason: `id lists at most ${MOST_IDS} ids.` });
  return new Map(
    texts.map((text) => {
      const parsed = parseId('PEOPLE', text);
      return [text, parsed.kind === 'key' ? parsed.key : undefined];
    }),
  );
}

function uuidsOf(asked: ReadonlyMap<string, string | undefined>): string[] {
  return [...asked.values()].filter((uuid) => uuid !== undefined);
}
