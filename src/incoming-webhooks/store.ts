import type { PersonType } from '../core/caller.ts';
import { statement, type Reader, type Writer } from '../db/index.ts';

/** An incoming webhook with the room it posts in and the app user it posts as. */
export type IncomingWebhookRow = Awaited<ReturnType<ReturnType<typeof selectIncomingWebhooks>['execute']>>[number];

export interface NewIncomingWebhook {
  uuid: string;
  creatorId: number;
  /** Of the app user in the room: with it goes the incoming webhook. */
  membershipId: number;
  tokenHash: Uint8Array;
  /** Sealed. */
  token: Uint8Array;
  createdAt: number;
}

/** Who posts, and where. */
export interface Sender {
  /** Key of the incoming webhook. */
  webhookUuid: string;
  roomUuid: string;
  /** Of the app user. */
  personId: number;
  uuid: string;
  type: PersonType;
  email: string;
  displayName: string;
  orgId: number;
  orgUuid: string;
}

export async function insertIncomingWebhook(tx: Writer, row: NewIncomingWebhook): Promise<void> {
  await tx.query.insertInto('incomingWebhooks').values(row).execute();
}

/** Undefined too when somebody else made it. */
export async function findOwn(
  reader: Reader,
  creatorId: number,
  uuid: string,
): Promise<IncomingWebhookRow | undefined> {
  return reader.first(own, { creatorId, uuid });
}

export async function allOf(reader: Reader, creatorId: number): Promise<IncomingWebhookRow[]> {
  return selectIncomingWebhooks(reader.query).where('incomingWebhooks.creatorId', '=', creatorId).execute();
}

export async function findSender(reader: Reader, tokenHash: Uint8Array): Promise<Sender | undefined> {
  return reader.first(senderByToken, { tokenHash });
}

export async function countOf(reader: Reader, creatorId: number): Promise<number> {
  return Number((await reader.first(count, { creatorId }))?.rows ?? 0);
}

/** Newest first, below the internal key `before`. */
export function selectNewest(
  reader: Reader,
  { creatorId, before, limit }: { creatorId: number; before: number | undefined; limit: number },
) {
  const rows = selectIncomingWebhooks(reader.query)
    .where('incomingWebhooks.creatorId', '=', creatorId)
    .orderBy('incomingWebhooks.id', 'desc')
    .limit(limit);
  return before === undefined ? rows : rows.where('incomingWebhooks.id', '<', before);
}

/** The name is the app user's: its messages and its membership are signed with it. */
export async function rename(tx: Writer, { personId }: IncomingWebhookRow, displayName: string, now: number) {
  await tx.query.updateTable('people').set({ displayName, modifiedAt: now }).where('id', '=', personId).execute();
}

function selectIncomingWebhooks(query: Reader['query']) {
  return query
    .selectFrom('incomingWebhooks')
    .innerJoin('memberships', 'memberships.id', 'incomingWebhooks.membershipId')
    .innerJoin('rooms', 'rooms.id', 'memberships.roomId')
    .innerJoin('people', 'people.id', 'memberships.personId')
    .select([
      'incomingWebhooks.id',
      'incomingWebhooks.uuid',
      'incomingWebhooks.token',
      'incomingWebhooks.createdAt',
      'memberships.personId',
      'people.uuid as personUuid',
      'people.displayName as name',
      'rooms.uuid as roomUuid',
    ]);
}

const own = statement<{ creatorId: number; uuid: string }>()((db, param) =>
  selectIncomingWebhooks(db)
    .where('incomingWebhooks.uuid', '=', param('uuid'))
    .where('incomingWebhooks.creatorId', '=', param('creatorId')),
);

const senderByToken = statement<{ tokenHash: Uint8Array }>()((db, param) =>
  db
    .selectFrom('incomingWebhooks')
    .innerJoin('memberships', 'memberships.id', 'incomingWebhooks.membershipId')
    .innerJoin('rooms', 'rooms.id', 'memberships.roomId')
    .innerJoin('people', 'people.id', 'memberships.personId')
    .innerJoin('organizations', 'organizations.id', 'people.orgId')
    .select([
      'incomingWebhooks.uuid as webhookUuid',
      'rooms.uuid as roomUuid',
      'memberships.personId',
      'people.uuid',
      'people.type',
      'people.email',
      'people.displayName',
      'people.orgId',
      'organizations.uuid as orgUuid',
    ])
    .where('incomingWebhooks.tokenHash', '=', param('tokenHash')),
);

const count = statement<{ creatorId: number }>()((db, param) =>
  db
    .selectFrom('incomingWebhooks')
    .select((eb) => eb.fn.countAll().as('rows'))
    .where('creatorId', '=', param('creatorId')),
);
