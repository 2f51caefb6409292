import type { ColumnType, Generated } from 'kysely';

/**
 * The tables, as both engines hold them. Times are milliseconds since 1970 (UTC), flags are 0 or 1, `uuid` is the key a
 * public id is made of, `id` the internal key that joins use. Sealed columns hold AES-256-GCM boxes (src/core/vault.ts).
 */
export interface Schema {
  organizations: OrganizationsTable;
  people: PeopleTable;
  tokens: TokensTable;
  rooms: RoomsTable;
  memberships: MembershipsTable;
  messages: MessagesTable;
  messageMentions: MessageMentionsTable;
  webhooks: WebhooksTable;
  events: EventsTable;
  logPositions: LogPositionsTable;
  deliveries: DeliveriesTable;
  attempts: AttemptsTable;
  worldEntries: WorldEntriesTable;
}

export type Flag = 0 | 1;

export function flag(value: boolean): Flag {
  return value ? 1 : 0;
}

/** Read as a number, assigned by the engine. */
type Key = Generated<number>;
/** Written as bytes; node:sqlite and pg both answer a Uint8Array. */
type Bytes = ColumnType<Uint8Array, Uint8Array, Uint8Array>;

export interface OrganizationsTable {
  id: Key;
  /** A UUID, or the literal `consumer` (ORG-1). */
  uuid: string;
  displayName: string;
  createdAt: number;
}

export interface PeopleTable {
  id: Key;
  uuid: string;
  orgId: number;
  type: 'person' | 'bot';
  /** Lower case, unique. */
  email: string;
  displayName: string;
  firstName: string | null;
  lastName: string | null;
  nickName: string | null;
  avatar: string | null;
  /** Roles, space separated: `admin`, `compliance`. */
  roles: string;
  createdAt: number;
  modifiedAt: number;
}

export interface TokensTable {
  id: Key;
  /** SHA-256 of the token: the token itself is stored nowhere. */
  hash: Bytes;
  personId: number;
  /** Key of the APPLICATION id shown as `appId`. */
  appKey: string;
  /** Scopes, space separated. */
  scopes: string;
  createdAt: number;
  expiresAt: number | null;
}

export interface RoomsTable {
  id: Key;
  uuid: string;
  type: 'direct' | 'group';
  /** Empty for 1:1 rooms, whose title depends on who looks. */
  title: string;
  description: string | null;
  creatorId: number;
  ownerOrgId: number;
  isLocked: Flag;
  isAnnouncementOnly: Flag;
  isReadOnly: Flag;
  isPublic: Flag;
  madePublicAt: number | null;
  lastActivityAt: number;
  createdAt: number;
  /** The room's data key, wrapped by the master key. */
  wrappedKey: Bytes;
}

export interface MembershipsTable {
  id: Key;
  roomId: number;
  personId: number;
  isModerator: Flag;
  isRoomHidden: Flag;
  createdAt: number;
}

export interface MessagesTable {
  id: Key;
  uuid: string;
  roomId: number;
  personId: number;
  /** The root of the thread; it may be deleted while its replies live on. */
  parentUuid: string | null;
  /** Sealed JSON of text, markdown and html. */
  content: Bytes;
  /** UUIDs, space separated, in order of mention; null when nobody is mentioned. */
  mentionedPeople: string | null;
  mentionsAll: Flag;
  createdAt: number;
}

/** One row for each person a message mentions, so that `mentionedPeople=me` is an index scan. */
export interface MessageMentionsTable {
  messageId: number;
  roomId: number;
  /** Null: everybody. */
  personId: number | null;
  createdAt: number;
}

export interface WebhooksTable {
  id: Key;
  uuid: string;
  ownerId: number;
  appKey: string;
  name: string;
  targetUrl: string;
  resource: string;
  event: string;
  filter: string | null;
  /** Sealed under the master key. */
  secret: Bytes | null;
  status: 'active' | 'inactive';
  ownedBy: 'creator' | 'org';
  createdAt: number;
}

/** The event log of the embedded store; append-only. `id` is the position: ever growing, never used twice. */
export interface EventsTable {
  id: Key;
  uuid: string;
  resource: string;
  event: string;
  actorUuid: string;
  roomUuid: string;
  orgUuid: string;
  /** JSON: what matching needs beyond the columns (src/core/events.ts). */
  facts: string;
  /** JSON: the public data, exactly as webhooks carry it. */
  data: string;
  createdAt: number;
}

export interface LogPositionsTable {
  /** Who reads the log. */
  consumer: string;
  /** Every event up to and including this one is settled. */
  position: number;
}

export type DeliveryState = 'waiting' | 'delivered' | 'failed' | 'dropped';

export interface DeliveriesTable {
  id: Key;
  eventId: number;
  webhookId: number;
  state: DeliveryState;
  /** Why it failed, was dropped or waits. */
  reason: string | null;
  /** Attempts made so far. */
  attempts: number;
  /** When to try (again); only while `waiting`. */
  dueAt: number | null;
  /** The bytes of the first attempt: later ones resend them unchanged (WH-20). Null until an attempt has failed. */
  body: string | null;
  /** Status of the last response. */
  lastStatus: number | null;
  /** When the last attempt began, and how long it took (ms). */
  lastAttemptAt: number | null;
  lastDurationMs: number | null;
  createdAt: number;
}

/** One row for each attempt that did not deliver; the one that did is in its delivery's `last…` columns. */
export interface AttemptsTable {
  deliveryId: number;
  number: number;
  startedAt: number;
  durationMs: number;
  status: number | null;
  error: string | null;
  /** What the receiver answered, cut at 16 KiB. */
  responseBody: Bytes | null;
}

/** What a development world has brought in: only what is declared anew is brought in again. */
export interface WorldEntriesTable {
  /** Kind and name of the declared thing. */
  key: string;
  /** SHA-256 of its declaration. */
  declaration: string;
}
