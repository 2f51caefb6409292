import { derivedUuid } from '../core/ids.ts';
import { hashToken } from '../http/index.ts';
import { createToken, findPersonByEmail } from '../people/index.ts';
import { known, whenNew, worldPersonUuid, type Context } from './bringing.ts';
import type { World } from './schema.ts';
import { tokenFor, type TokenSeed } from './token-seed.ts';

/** A person or bot of the world, to be shown with the token to act with. */
export interface Account {
  email: string;
  displayName: string;
  type: 'person' | 'bot';
  /** Name of the organization. */
  organization: string;
  roles: readonly string[];
  token: string;
}

/** By its key in the world. */
export type Organizations = ReadonlyMap<string, Organization>;

interface Organization {
  uuid: string;
  name: string;
}

export async function seedOrganizations(context: Context, world: World): Promise<Organizations> {
  const { tx, now } = context;
  for (const organization of world.organizations) {
    await whenNew(context, 'organization', organization.key, organization, async () => {
      const displayName = organization.name;
      await tx.query
        .insertInto('organizations')
        .values({ uuid: organizationUuid(organization.key), displayName, createdAt: now })
        .onConflict((conflict) => conflict.column('uuid').doUpdateSet({ displayName }))
        .execute();
    });
  }
  return new Map(world.organizations.map(({ key, name }) => [key, { uuid: organizationUuid(key), name }]));
}

function organizationUuid(key: string): string {
  return derivedUuid('world organization', key);
}

type Person = World['people'][number];

export async function seedPeople(
  context: Context,
  world: World,
  organizations: Organizations,
  seed: TokenSeed,
): Promise<Account[]> {
  const accounts: Account[] = [];
  for (const person of world.people) {
    const organization = organizations.get(person.org ?? world.organizations[0]?.key ?? '');
    if (!organization) throw new Error(`The organization of ${person.email} is not declared.`);
    const token = person.token ?? tokenFor(seed, person.email, organization.uuid);
    await seedPerson(context, person, organization);
    if ((await known(context.tx, person.email)).gone) continue;
    await seedToken(context, person, token);
    const { email, displayName, type, roles } = person;
    accounts.push({ email, displayName, type, organization: organization.name, roles, token });
  }
  return accounts;
}

async function seedPerson(context: Context, person: Person, organization: Organization): Promise<void> {
  const { tx, now } = context;
  await whenNew(context, 'person', person.email, { ...person, org: organization.uuid }, async () => {
    const { id: orgId } = await tx.query
      .selectFrom('organizations')
      .select('id')
      .where('uuid', '=', organization.uuid)
      .executeTakeFirstOrThrow();
    const fields = {
      orgId,
      type: person.type,
      displayName: person.displayName,
      firstName: person.firstName ?? null,
      lastName: person.lastName ?? null,
      nickName: person.nickName ?? null,
      avatar: person.avatar ?? null,
      roles: person.roles.join(' '),
      modifiedAt: now,
    };
    const uuid = worldPersonUuid(person.email);
    // Somebody who was deleted and is declared anew comes back under the same id, unless the address has another owner.
    if (!(await findPersonByEmail(tx, person.email))) {
      await tx.query
        .updateTable('people')
        .set({ email: person.email, formerEmail: null, deletedAt: null })
        .where('uuid', '=', uuid)
        .execute();
    }
    await tx.query
      .insertInto('people')
      .values({ ...fields, uuid, email: person.email, createdAt: now })
      .onConflict((conflict) => conflict.column('email').doUpdateSet(fields))
      .execute();
  });
}

/** A token belongs to whom the world gives it, with the scopes that follow from the roles of now. */
async function seedToken(context: Context, { email, type, roles, scopes }: Person, token: string): Promise<void> {
  const { tx, now } = context;
  const hash = hashToken(token);
  await whenNew(context, 'token', Buffer.from(hash).toString('hex'), { email, type, roles, scopes }, async () => {
    const { id: personId } = await known(tx, email);
    await tx.query.deleteFrom('tokens').where('hash', '=', hash).execute();
    await createToken(tx, { personId, now, token, ...(scopes && { scopes }) });
  });
}
