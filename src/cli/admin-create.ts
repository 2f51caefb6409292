import { readStoreConfig, storeSettings } from '../config/index.ts';
import type { Writer } from '../db/index.ts';
import { createOrganization, createPerson, createToken, findPersonByEmail } from '../people/index.ts';
import { required, UsageError, type Call, type Command } from './command.ts';
import { dataFolder, makeFolder, withDatabase } from './store.ts';

export const adminCreate: Command = {
  name: 'admin create',
  summary: 'Make an administrator, and their organization when it is new; prints their token once.',
  settings: [storeSettings.data],
  options: {
    email: { takes: 'ADDRESS', description: 'E-mail address of the administrator.', required: true },
    name: { takes: 'NAME', description: 'Name to show.', required: true },
    organization: { takes: 'NAME', description: 'Name of the organization.', required: true },
  },
  run,
};

async function run(call: Call): Promise<void> {
  const [email, displayName, organization] = ['email', 'name', 'organization'].map((option) =>
    required(call, option),
  ) as [string, string, string];
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new UsageError(`"${email}" is not an e-mail address.`);
  const { folder, databaseFile } = dataFolder(readStoreConfig(call.given));
  await makeFolder(folder);

  const now = Date.now();
  const token = await withDatabase(databaseFile, (db) =>
    db.write(async (tx) => {
      if (await findPersonByEmail(tx, email)) {
        throw new UsageError(`${email} exists already: hearth token create --email ${email} makes another token.`);
      }
      const orgId = await organizationNamed(tx, organization, now);
      const personId = await createPerson(tx, { orgId, type: 'person', email, displayName, roles: ['admin'], now });
      return createToken(tx, { personId, now });
    }),
  );
  call.io.err.write(
    `${displayName} <${email.toLowerCase()}> administers ${organization}. This is their token; it is not shown again:\n`,
  );
  call.io.out.write(`${token}\n`);
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
