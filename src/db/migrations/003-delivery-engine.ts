import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

export async function deliveryEngine(tx: Transaction<Schema>): Promise<void> {
  for (const text of statements) await sql.raw(text).execute(tx);
}

const statements = [
  `alter table webhooks add column ordering text not null default 'none'`,
  `alter table webhooks add column revision integer not null default 1`,
  `alter table webhooks add column "disabledAt" integer`,
  `alter table webhooks add column "disabledReason" text`,
  `alter table webhooks add column "disabledAfter" integer`,
  `alter table webhooks add column "enabledAt" integer`,
  `alter table webhooks add column "previousSecret" blob`,
  `alter table webhooks add column "previousSecretUntil" integer`,

  `create table "formerWebhooks" (
    "webhookId" integer not null references webhooks (id) on delete cascade, revision integer not null,
    name text not null, "targetUrl" text not null,
    primary key ("webhookId", revision)) without rowid`,

  `drop index deliveries_waiting`,
  `drop index deliveries_by_webhook`,
  // The bytes follow from the event and the revision of the webhook: nothing has to keep them.
  `alter table deliveries drop column body`,
  `alter table deliveries add column untried integer not null default 0`,
  `alter table deliveries add column "roomUuid" text`,
  `alter table deliveries add column revision integer`,
  `alter table deliveries add column "replayId" integer`,
  `alter table deliveries add column "attemptsBefore" integer not null default 0`,
  `alter table deliveries add column exchange text`,
  `alter table deliveries add column change integer not null default 0`,
  `update deliveries set change = id, revision = case when attempts > 0 then 1 end,
    untried = case when state = 'waiting' and attempts = 0 then 1 else 0 end`,
  `create index deliveries_by_webhook on deliveries ("webhookId", "eventId")`,
  `create index deliveries_by_change on deliveries (change)`,
  `create index deliveries_untried on deliveries ("webhookId", "eventId")
    where state = 'waiting' and untried = 1 and "dueAt" is not null`,
  `create index deliveries_due on deliveries ("webhookId", "dueAt", "eventId")
    where state = 'waiting' and untried = 0 and "dueAt" is not null`,
  `create index deliveries_behind_a_room on deliveries ("webhookId", "roomUuid", "eventId")
    where state = 'waiting' and "dueAt" is null`,
  // Worded so that no query about one state takes it in place of that state's own index.
  `create index deliveries_undelivered on deliveries ("webhookId", "eventId") where state <> 'delivered'`,
  `create index deliveries_of_replay on deliveries ("replayId") where state = 'waiting' and "replayId" is not null`,
  `create index deliveries_with_exchange on deliveries ("lastAttemptAt") where exchange is not null`,
  `create index deliveries_given_up on deliveries ("webhookId", "eventId") where state in ('failed', 'dropped')`,

  `alter table attempts drop column "responseBody"`,
  `alter table attempts add column exchange text`,
  `create index attempts_by_time on attempts ("startedAt")`,

  `create index events_by_time on events ("createdAt")`,
  // The end of the message's id, which stands first in the data (spec 4.5.1): all but what every id of a message begins with.
  `create index events_of_messages on events (substr(data, 40, 48)) where resource = 'messages'`,

  // Never gives the key of a replay that is gone to another one: deliveries may still name it.
  `create table replays (
    id integer primary key autoincrement, uuid text not null unique,
    "webhookId" integer not null references webhooks (id) on delete cascade,
    "creatorId" integer not null references people (id) on delete cascade,
    kind text not null, state text not null, "fromEvent" integer not null, "untilEvent" integer not null,
    filter text, position integer not null, pace integer not null,
    total integer, replayed integer not null, delivered integer not null, failed integer not null,
    "createdAt" integer not null, "updatedAt" integer not null)`,
  `create index replays_by_webhook on replays ("webhookId", id)`,
  `create unique index replays_open on replays ("webhookId") where state in ('running', 'paused')`,
];
