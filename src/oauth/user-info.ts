import { UserInfo } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import type { Database } from '../db/index.ts';
import type { Api } from '../http/index.ts';

/** OpenID Connect Core, 5.3: who the person behind the token is, as far as its scopes tell. */
export function userInfoRoute(app: Api, { db }: { db: Database }): void {
  app.get(
    '/userinfo',
    {
      config: { scope: 'openid' },
      schema: { tags: ['oauth'], summary: 'Say who you are, to whom you let in', response: { 200: UserInfo } },
    },
    async ({ caller }) => userInfo(db, caller),
  );
}

async function userInfo(db: Database, caller: Caller): Promise<UserInfo> {
  const person = await db.reader.query
    .selectFrom('people')
    .select(['displayName', 'firstName', 'lastName', 'nickName', 'avatar'])
    .where('id', '=', caller.personId)
    .executeTakeFirst();
  if (!person) throw new ApiError('unauthorized');
  const { displayName, firstName, lastName, nickName, avatar } = person;
  return {
    sub: caller.uuid,
    ...(caller.scopes.has('profile') && {
      name: displayName,
      ...(firstName !== null && { given_name: firstName }),
      ...(lastName !== null && { family_name: lastName }),
      ...(nickName !== null && { nickname: nickName }),
      ...(avatar !== null && { picture: avatar }),
    }),
    ...(caller.scopes.has('email') && { email: caller.email, email_verified: true }),
  };
}
