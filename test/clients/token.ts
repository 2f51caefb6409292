import { createToken, findPersonByUuid } from '../../src/people/index.ts';
import { personUuid, type Name, type TestServer } from '../support/server.ts';

/** A token as Hearth makes them: the SDK reads the organization out of it. */
export function sdkToken({ app: { db, clock } }: TestServer, name: Name): Promise<string> {
  return db.write(async (tx) => {
    const person = await findPersonByUuid(tx, personUuid(name));
    if (!person) throw new Error(`${name} is not there.`);
    return createToken(tx, { personId: person.id, now: clock.now() });
  });
}
