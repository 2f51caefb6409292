import type { ColumnType, Generated } from 'kysely';
import type { PersonType } from '../core/caller.ts';

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
  roomTabs: RoomTabsTable;
  messages: MessagesTable;
  messageMentions: MessageMentionsTable;
  attachmentActions: AttachmentActionsTable;
  files: FilesTable;
  webhooks: WebhooksTable;
  formerWebhooks: FormerWebhooksTable;
  incomingWebhooks: IncomingWebhooksTable;
  events: EventsTable;
  logPositions: LogPositionsTable;
  deliveries: DeliveriesTable;
  attempts: AttemptsTable;
  replays: ReplaysTable;
  worldEntries: WorldEntriesTable;
  integrations: IntegrationsTable;
  grants: GrantsTable;
  authorizationCodes: AuthorizationCodesTable;
  deviceCodes: DeviceCodesTable;
  guestIssuers: GuestIssuersTable;
  devices: DevicesTable;
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
  type: PersonType;
  /** Lower case, unique. Of somebody who was deleted: no address at all, so that theirs can be used again. */
  email: string;
  displayName: string;
  firstName: string | null;
  lastName: string | null;
  nickName: string | null;
  avatar: string | null;
  /** Roles, space separated: `admin`, `compliance`. */
  roles: string;
  /** Licences, space separated (src/organizations/licenses.ts). Bots hold none, whatever this says. */
  licenses: Generated<string>;
  /** JSON: what administrators say of a person and nothing asks for (src/people/profile.ts). */
  profile: Generated<string>;
  locationId: string | null;
  /** 0: their tokens open nothing. */
  loginEnabled: Generated<Flag>;
  /** When a token of theirs was last used, to a minute; null: never. */
  lastActivityAt: number | null;
  /** When they were deleted: what they wrote stays, and shows `formerEmail`. */
  deletedAt: number | null;
  formerEmail: string | null;
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
  /** What it was made under, and ends with; null: it was given to the person directly. */
  grantId: number | null;
  /** What its owner calls it. */
  name: string | null;
}

export interface RoomsTable {
  id: Key;
  uuid: string;
  type: 'direct' | 'group';
  /** Empty for 1:1 rooms, whose title depends on who looks; the name of the one who was deleted. */
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
  /** The General room of its team; a General room names itself. It never changes once it is set (TEAM-2). */
  teamId: Generated<number | null>;
  /** When it was archived: it has no members then, and nobody finds it any more. */
  archivedAt: Generated<number | null>;
}

export interface MembershipsTable {
  id: Key;
  roomId: number;
  personId: number;
  isModerator: Flag;
  isRoomHidden: Flag;
  createdAt: number;
}

export interface RoomTabsTable {
  id: Key;
  uuid: string;
  roomId: number;
  creatorId: number;
  displayName: string;
  contentUrl: string;
  createdAt: number;
}

export interface MessagesTable {
  id: Key;
  uuid: string;
  roomId: number;
  personId: number;
  /** The root of the thread; it may be deleted while its replies live on. */
  parentUuid: string | null;
  /** Sealed JSON of text, markdown, html and attachments. */
  content: Bytes;
  /** UUIDs, space separated, in order of mention; null when nobody is mentioned. */
  mentionedPeople: string | null;
  mentionsAll: Flag;
  /** A card is among the content. */
  hasAttachments: Generated<Flag>;
  fileCount: Generated<number>;
  createdAt: number;
  /** When it was last edited; null: never. */
  updatedAt: number | null;
  /** How often it was edited. */
  edits: Generated<number>;
}

/** One row for each person a message mentions, so that `mentionedPeople=me` is an index scan. */
export interface MessageMentionsTable {
  messageId: number;
  roomId: number;
  /** Null: everybody. */
  personId: number | null;
  createdAt: number;
}

/** A file that is kept outside of the database (src/files). */
export interface FilesTable {
  id: Key;
  /** The name that its content is kept under. */
  uuid: string;
  /** Null: the message is not posted yet, or is gone, and then the content has to go as well. */
  messageId: number | null;
  /** Among the files of its message, from 0. */
  position: number;
  /** Bytes of the content, before sealing. */
  size: number;
  /** Sealed JSON of its name, type and key; null until it belongs to a message. */
  sealed: Bytes | null;
  createdAt: number;
}

/** Submissions of cards. */
export interface AttachmentActionsTable {
  id: Key;
  uuid: string;
  /** What carries the card; they go with it. */
  messageId: number;
  /** Who submitted it. */
  personId: number;
  /** Sealed JSON. */
  inputs: Bytes;
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
  /** `room`: a room whose delivery failed waits for it, the other rooms go on. */
  ordering: Generated<Ordering>;
  /** Of the name and target that notices carry: grows when one of them changes. */
  revision: Generated<number>;
  /** When it became inactive, why, and the newest event of the log by then; kept after it is active again. */
  disabledAt: number | null;
  disabledReason: string | null;
  disabledAfter: number | null;
  /** When it was last made active again. */
  enabledAt: number | null;
  /** Signs beside the present one until then; sealed. */
  previousSecret: Bytes | null;
  previousSecretUntil: number | null;
  createdAt: number;
}

export type Ordering = 'none' | 'room';

/** What notices said of a webhook before it was changed: with the event it makes the same bytes again (WH-20). */
export interface FormerWebhooksTable {
  webhookId: number;
  revision: number;
  name: string;
  targetUrl: string;
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
  /** Who goes through the log: `delivery`, `retention`. */
  consumer: string;
  /** Every event up to and including this one is settled; for retention: may be gone. */
  position: number;
}

export type DeliveryState = 'waiting' | 'delivered' | 'failed' | 'dropped';

export interface DeliveriesTable {
  id: Key;
  eventId: number;
  webhookId: number;
  state: DeliveryState;
  /** It waits for its first attempt, in the order of events; other deliveries that wait go by when they are due. */
  untried: Flag;
  /** Why it failed, was dropped or waits. */
  reason: string | null;
  /** Attempts made so far. */
  attempts: number;
  /** Those of them that were made before it was last sent anew: the retry schedule begins again after them. */
  attemptsBefore: Generated<number>;
  /** When to try (again), while `waiting`; null then: after an earlier one of its room. */
  dueAt: number | null;
  /** The room it waits for; only where the webhook's ordering is `room`. */
  roomUuid: string | null;
  /** Of the webhook, as its first attempt told it; null before. */
  revision: number | null;
  /** The replay that brought it back last. */
  replayId: number | null;
  /** Status of the last response. */
  lastStatus: number | null;
  /** When the last attempt began, and how long it took (ms). */
  lastAttemptAt: number | null;
  lastDurationMs: number | null;
  /** JSON: what went over the wire in the attempt that delivered (src/delivery/exchange.ts). */
  exchange: string | null;
  /** Grows with every change of any delivery: the cursor of their stream. */
  change: number;
  createdAt: number;
}

/**
 * One row for each attempt that did not deliver, or delivered what was sent anew since; the one that delivered last is in
 * its delivery's `last…` columns.
 */
export interface AttemptsTable {
  deliveryId: number;
  number: number;
  startedAt: number;
  durationMs: number;
  status: number | null;
  error: string | null;
  /** JSON: what went over the wire. */
  exchange: string | null;
}

/**
 * `failed`: deliveries that failed or were dropped. `events`: what the webhook wants of the log, delivered before or not.
 * `missed`: like `events`, without what was delivered.
 */
export type ReplayKind = 'failed' | 'events' | 'missed';
export type ReplayState = 'running' | 'paused' | 'completed' | 'cancelled';

/** A job that sends events to a webhook again, oldest first. */
export interface ReplaysTable {
  id: Key;
  uuid: string;
  webhookId: number;
  creatorId: number;
  kind: ReplayKind;
  state: ReplayState;
  /** Positions of the log: after `fromEvent`, up to and including `untilEvent`. */
  fromEvent: number;
  untilEvent: number;
  /** Narrows it, in the webhook's filter language. */
  filter: string | null;
  /** Everything up to and including this event is done or under way. */
  position: number;
  /** Deliveries of the next step: doubles while they succeed. */
  pace: number;
  /** Deliveries there were when it was made; null: not counted. */
  total: number | null;
  /** Deliveries it has brought back; and of them those that ended one way or the other. */
  replayed: number;
  delivered: number;
  failed: number;
  createdAt: number;
  updatedAt: number;
}

/** URLs that post into a room. Its name is the display name of the app user that the membership is of. */
export interface IncomingWebhooksTable {
  id: Key;
  uuid: string;
  creatorId: number;
  /** Of the app user; the incoming webhook goes with it. */
  membershipId: number;
  /** SHA-256 of the UUID in the token. */
  tokenHash: Bytes;
  /** Sealed under the master key, so that whoever made it can read its URL again. */
  token: Bytes;
  createdAt: number;
}

/** What a development world has brought in: only what is declared anew is brought in again. */
export interface WorldEntriesTable {
  /** Kind and name of the declared thing. */
  key: string;
  /** SHA-256 of its declaration. */
  declaration: string;
}

/** A client that acts for people who let it. */
export interface IntegrationsTable {
  id: Key;
  /** Its `client_id`, and the key of its APPLICATION id: `C` and 64 hexadecimal digits. */
  clientId: string;
  ownerId: number;
  name: string;
  description: string | null;
  /** JSON: a list. */
  redirectUris: string;
  /** The most it may ask for; space separated. */
  scopes: string;
  /** SHA-256. */
  secretHash: Bytes;
  createdAt: number;
  modifiedAt: number;
}

/** What a person lets an integration do: access tokens are made under it, and end with it. */
export interface GrantsTable {
  id: Key;
  uuid: string;
  integrationId: number;
  personId: number;
  scopes: string;
  /** SHA-256 of the refresh token. */
  refreshHash: Bytes;
  refreshExpiresAt: number;
  createdAt: number;
}

export interface AuthorizationCodesTable {
  id: Key;
  /** SHA-256. */
  hash: Bytes;
  integrationId: number;
  personId: number;
  scopes: string;
  /** As it was asked for. */
  redirectUri: string;
  /** PKCE: SHA-256 of the verifier, in base64url. */
  challenge: string | null;
  /** What it was exchanged for; null: it has not been used. */
  grantId: number | null;
  expiresAt: number;
}

export type DeviceCodeState = 'pending' | 'approved' | 'denied';

export interface DeviceCodesTable {
  id: Key;
  /** SHA-256 of what the device holds. */
  hash: Bytes;
  /** SHA-256 of what the person types. */
  userCodeHash: Bytes;
  integrationId: number;
  /** Who approved it. */
  personId: number | null;
  /** Asked for; once approved, granted. */
  scopes: string;
  state: DeviceCodeState;
  /** Least time between two polls. */
  intervalMs: number;
  polledAt: number | null;
  expiresAt: number;
}

/** Who may vouch for guests: they are people of an organization of its own, whose id is the `iss` of their tokens. */
export interface GuestIssuersTable {
  id: Key;
  orgId: number;
  ownerId: number;
  /** Sealed. */
  secret: Bytes;
  createdAt: number;
}
/** Somebody's place in the log, kept for the sockets that their client opens one after the other. */
export interface DevicesTable {
  id: Key;
  uuid: string;
  personId: number;
  /** JSON: what the client says of itself. */
  about: string;
  /** Every event up to and including this one was acknowledged, or is none of the person's business. */
  position: number;
  /** How long (ms) it is kept without a socket, and when it last had one. */
  lifetimeMs: number;
  seenAt: number;
  createdAt: number;
  modifiedAt: number;
}
