import type { LoggedEvent } from '../core/events.ts';
import { holds, type ActiveWebhook, type Clause } from '../webhooks/index.ts';

/** The members of a room as matching finds them: UUID → when they joined (ms). */
export type Members = ReadonlyMap<string, number>;

/** What a decision about a webhook and an event rests on, beyond the two. */
export interface Sight {
  members: Members;
  /** BOT-7: whether mentioning everybody shows a message to bots. */
  allReachesBots: boolean;
}

/** One thing that must hold for a webhook to want an event and for its owner to see it. */
interface Condition {
  readonly name: string;
  holds(webhook: ActiveWebhook, event: LoggedEvent, sight: Sight): boolean;
}

/** Whether the owner may be told at all, whatever the webhook asks for (spec 4.6). */
const seeing: readonly Condition[] = [
  {
    /** AUD-1; the one who was removed still hears of it (AUD-4). Organization webhooks see what their organization owns (AUD-9). */
    name: 'member',
    holds: (webhook, event, { members }) =>
      webhook.ownedBy === 'org'
        ? webhook.orgUuid === event.orgUuid
        : members.has(webhook.ownerUuid) || tellsOfOwnRemoval(webhook, event),
  },
  {
    /** AUD-5, AUD-6: some events concern only some of the members. */
    name: 'audience',
    holds: (webhook, { facts }) =>
      webhook.ownedBy === 'org' || facts.audience === undefined || facts.audience.includes(webhook.ownerUuid),
  },
  {
    /** AUD-2: in a group room a bot hears what mentions it, and itself. */
    name: 'mentioned',
    holds: (webhook, { resource, facts }, { allReachesBots }) =>
      webhook.ownerType !== 'bot' ||
      webhook.ownedBy === 'org' ||
      resource !== 'messages' ||
      facts.roomType === 'direct' ||
      facts.personUuid === webhook.ownerUuid ||
      (facts.mentionedPeople?.includes(webhook.ownerUuid) ?? false) ||
      (facts.mentionsAll === true && allReachesBots),
  },
];

/** Not asked of what is sent anew: it may be older than the webhook, and rests while that is inactive. */
const listening: readonly Condition[] = [
  { name: 'active', holds: ({ status }) => status === 'active' },
  { name: 'registered in time', holds: (webhook, event) => webhook.createdAt <= event.createdAt },
];

const wanting: readonly Condition[] = [
  {
    /** AUD-1: what happened before the owner joined is not news to them, however late it is matched. */
    name: 'joined in time',
    holds: (webhook, event, { members }) =>
      webhook.ownedBy === 'org' || (members.get(webhook.ownerUuid) ?? 0) <= event.createdAt,
  },
  {
    /** `all` leaves card submissions out (spec 4.3), and what Webex does not know of. */
    name: 'resource',
    holds: (webhook, { resource }) =>
      webhook.resource === resource ||
      (webhook.resource === 'all' && resource !== 'attachmentActions' && resource !== 'webhooks'),
  },
  { name: 'event', holds: (webhook, { event }) => webhook.event === event || webhook.event === 'all' },
];

/** A condition and whether it holds; a filter's clause counts as one condition. */
export interface Verdict {
  condition: string;
  holds: boolean;
}

/**
 * Every condition in order, with its verdict. The webhook matches when all of them hold; the first that does not is the
 * answer to "why not?".
 */
export function judge(webhook: ActiveWebhook, event: LoggedEvent, sight: Sight): Verdict[] {
  return [
    ...[...listening, ...wanting, ...seeing].map((condition) => ({
      condition: condition.name,
      holds: condition.holds(webhook, event, sight),
    })),
    ...webhook.filter.map((clause: Clause) => ({ condition: `filter ${clause.text}`, holds: holds(clause, event) })),
  ];
}

/** What `judge` says, without the words: stops at the first condition that does not hold. */
export function matches(webhook: ActiveWebhook, event: LoggedEvent, sight: Sight): boolean {
  return listening.every((condition) => condition.holds(webhook, event, sight)) && wants(webhook, event, sight);
}

/** Whether it would match if the webhook were active and had been there when it happened. */
export function wants(webhook: ActiveWebhook, event: LoggedEvent, sight: Sight): boolean {
  return (
    wanting.every((condition) => condition.holds(webhook, event, sight)) &&
    maySee(webhook, event, sight) &&
    webhook.filter.every((clause) => holds(clause, event))
  );
}

/** Rule 5: what is asked again before every retry. */
export function maySee(webhook: ActiveWebhook, event: LoggedEvent, sight: Sight): boolean {
  return seeing.every((condition) => condition.holds(webhook, event, sight));
}

function tellsOfOwnRemoval(webhook: ActiveWebhook, { resource, event, facts }: LoggedEvent): boolean {
  return resource === 'memberships' && event === 'deleted' && facts.personUuid === webhook.ownerUuid;
}
