import { existsSync } from 'node:fs';
import { readStoreConfig, storeSettings } from '../config/index.ts';
import { isoTime } from '../core/clock.ts';
import { createToken, findPersonByEmail } from '../people/index.ts';
import { required, UsageError, type Call, type Command } from './command.ts';
import { dataFolder, withDatabase } from './store.ts';

export const tokenCreate: Command = {
  name: 'token create',
  summary: 'Make an access token for a person or bot; prints it once. The server may be running.',
  settings: [storeSettings.data],
  options: {
    email: { takes: 'ADDRESS', description: 'Whose token it is.', required: true },
    scopes: { takes: 'LIST', description: 'Scopes, separated by blanks; all that the person may do when not given.' },
    'expires-in': {
      takes: 'TIME',
      description: 'How long it is good for, such as 12h or 14d; for ever when not given.',
    },
  },
  run,
};

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

async function run(call: Call): Promise<void> {
  const email = required(call, 'email');
  const scopes = call.options['scopes']?.split(/[\s,]+/).filter((scope) => scope !== '');
  const { folder, databaseFile } = dataFolder(readStoreConfig(call.given));
  if (!existsSync(databaseFile)) throw new UsageError(`There is no store in ${folder}: say where it is with --data.`);

  const now = Date.now();
  const expiresAt = expiry(call.options['expires-in'], now);
  const token = await withDatabase(databaseFile, (db) =>
    db.write(async (tx) => {
      const person = await findPersonByEmail(tx, email);
      if (!person) throw new UsageError(`Nobody in ${folder} has the address ${email}.`);
      return createToken(tx, {
        personId: person.id,
        now,
        ...(scopes && { scopes }),
        ...(expiresAt !== undefined && { expiresAt }),
      });
    }),
  );
  const until = expiresAt === undefined ? 'It does not expire' : `It expires at ${isoTime(expiresAt)}`;
  call.io.err.write(`A token for ${email}. ${until}, and is not shown again:\n`);
  call.io.out.write(`${token}\n`);
}

/** ms since 1970 */
function expiry(time: string | undefined, now: number): number | undefined {
  if (time === undefined) return undefined;
  const [, count, unit = ''] = /^(\d+)([mhd])$/.exec(time) ?? [];
  if (!Number(count)) throw new UsageError(`--expires-in is "${time}": write a time such as 30m, 12h or 14d.`);
  return now + Number(count) * (UNITS[unit] ?? 0);
}
