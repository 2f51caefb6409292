import type { Role } from '../core/caller.ts';
import { readStoreConfig } from '../config/index.ts';
import type { Writer } from '../db/index.ts';
import { createOrganization, createPerson, createToken, findPersonByEmail } from '../people/index.ts';
import { required, UsageError, type Call, type Option } from './command.ts';
import { dataFolder, makeFolder, withDatabase } from './store.ts';

/** What a new account is told by. */
export const accountOptions = {
  email: { takes: 'ADDRESS', description: 'E-mail address.', required: true },
  name: { takes: 'NAME', description: 'Name to show.', required: true },
  organization: { takes: 'NAME', description: 'Name of the organization; it is made when it is new.', required: true },
} as const satisfies Record<string, Option>;

/** Makes a person or bot as the options say, and answers their token. */
export async function createAccount(call: Call, type: 'person' | 'bot', roles: readonly Role[]): Promise<string> {
  const [email, displayName, organization] = ['email', 'name', 'organization'].map((option) =>
    required(call, option),
  ) as [string, string, string];
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new UsageError(`"${email}" is not an e-mail address.`);
  const { folder, databaseFile } = dataFolder(readStoreConfig(call.given));
  await makeFolder(folder);

  const now = Date.now();
  return withDatabase(databaseFile, (db) =>
    db.write(async (tx) => {
      if (await findPersonByEmail(tx, email)) {
        throw new UsageError(`${email} exists already: hearth token create --email ${email} makes another token.`);
      }
      const orgId = await organizationNamed(tx, organization, now);
      const personId = await createPerson(tx, { orgId, type, email, displayName, roles, now });
      return createToken(tx, { personId, now });
    }),
  );
}

/** Answers the internal key. */
async function organizationNamed(tx: Writer, displayName: string, now: number): Promise<number> {
  const existing = await tx.query
    .selectFrom('organizations')
    .select('id')
    .where('displayName', '=', displayName)
    .executeTakeFirst();
  return existing?.id ?? createOrganization(tx, { displayName, now });
}
