import { isoTime } from '../core/clock.ts';
import type { LoggedEvent, Resource } from '../core/events.ts';
import { clauseInWords, holds, type ActiveWebhook, type Clause } from '../webhooks/index.ts';

/** The members of a room as matching finds them: UUID → when they joined (ms). */
export type Members = ReadonlyMap<string, number>;

/** What a decision about a webhook and an event rests on, beyond the two. */
export interface Sight {
  members: Members;
  /** BOT-7: whether mentioning everybody shows a message to bots. */
  allReachesBots: boolean;
  /** Spec 4.3: whether edits of messages are told at all. */
  allowMessagesUpdated: boolean;
}

/** One thing that must hold for a webhook to want an event and for its owner to see it. */
interface Condition {
  readonly name: string;
  holds(webhook: ActiveWebhook, event: LoggedEvent, sight: Sight): boolean;
  /** What was looked at, in a sentence; `held` is what `holds` said. */
  says(held: boolean, webhook: ActiveWebhook, event: LoggedEvent, sight: Sight): string;
}

const active: Condition = {
  name: 'active',
  holds: ({ status }) => status === 'active',
  says: (held, { disabledAt, disabledReason }) =>
    held
      ? 'The webhook is active.'
      : `The webhook is inactive${disabledAt === null ? '.' : ` since ${isoTime(disabledAt)}: ${disabledReason ?? 'no reason is known.'}`}`,
};

const registeredInTime: Condition = {
  name: 'registered in time',
  holds: (webhook, event) => webhook.createdAt <= event.createdAt,
  says: (held, webhook, event) =>
    `The webhook was registered at ${isoTime(webhook.createdAt)}; ${happened(event, held)}`,
};

/** AUD-1; the one who was removed still hears of it (AUD-4). Organization webhooks see what their organization owns (AUD-9). */
const member: Condition = {
  name: 'member',
  holds: (webhook, event, { members }) =>
    webhook.ownedBy === 'org'
      ? webhook.orgUuid === event.orgUuid
      : members.has(webhook.ownerUuid) || tellsOfOwnRemoval(webhook, event),
  says: (held, webhook, event, { members }) => {
    if (webhook.ownedBy === 'org')
      return `The room belongs to ${held ? 'the' : 'another'} organization of the webhook.`;
    if (event.roomUuid === '') return `The event ${held ? 'concerns' : 'does not concern'} the webhook's owner.`;
    if (held && !members.has(webhook.ownerUuid)) return "The event tells of the owner's own removal from the room.";
    return `The webhook's owner is ${held ? 'a' : 'no'} member of the room.`;
  },
};

/** AUD-1: what happened before the owner joined is not news to them, however late it is matched. */
const joinedInTime: Condition = {
  name: 'joined in time',
  holds: (webhook, event, { members }) =>
    webhook.ownedBy === 'org' || (members.get(webhook.ownerUuid) ?? 0) <= event.createdAt,
  says: (held, webhook, event, { members }) => {
    if (webhook.ownedBy === 'org') return 'A webhook of an organization need not join a room.';
    const joinedAt = members.get(webhook.ownerUuid) ?? 0;
    // Whoever the event concerns, or has left, did not join at any time that is known.
    if (joinedAt === 0) return 'No time of joining is to be looked at.';
    return `The owner joined the room at ${isoTime(joinedAt)}; ${happened(event, held)}`;
  },
};

/** AUD-5, AUD-6, AUD-7: some events concern only some of the members. */
const concerned: Condition = {
  name: 'audience',
  holds: (webhook, { facts }) =>
    webhook.ownedBy === 'org' || facts.audience === undefined || facts.audience.includes(webhook.ownerUuid),
  says: (held, webhook, { resource, facts }) => {
    if (!held && resource === 'attachmentActions') {
      return 'Of a card that is submitted only its author is told, and the owner is not its author.';
    }
    if (!held) return 'The event concerns only some of the members, and the owner is not among them.';
    if (webhook.ownedBy === 'org') return 'A webhook of an organization hears of what concerns anybody.';
    return facts.audience === undefined
      ? 'The event concerns every member.'
      : 'The event concerns only some of the members, and the owner is among them.';
  },
};

/** AUD-2: in a group room a bot hears what mentions it, and itself. */
const mentioned: Condition = {
  name: 'mentioned',
  holds: (webhook, { resource, facts }, { allReachesBots }) =>
    webhook.ownerType !== 'bot' ||
    webhook.ownedBy === 'org' ||
    resource !== 'messages' ||
    facts.roomType === 'direct' ||
    facts.personUuid === webhook.ownerUuid ||
    (facts.mentionedPeople?.includes(webhook.ownerUuid) ?? false) ||
    (facts.mentionsAll === true && allReachesBots),
  says: (held, webhook, { resource, facts }) => {
    if (!held && facts.mentionsAll === true) {
      return 'The message mentions everybody, which does not reach bots on this server (HEARTH_AT_ALL_REACHES_BOTS).';
    }
    if (!held) return 'The owner is a bot, and in a group room a bot hears only of messages that mention it.';
    if (webhook.ownerType !== 'bot') return 'The owner is no bot, so messages need not mention anybody.';
    if (resource !== 'messages') return 'Only messages have to mention a bot.';
    if (facts.roomType === 'direct') return 'In a 1:1 room a bot need not be mentioned.';
    if (facts.personUuid === webhook.ownerUuid) return "The message is the bot's own.";
    return 'The message mentions the bot, or everybody.';
  },
};

/** `all` leaves card submissions out (spec 4.3), what is for compliance officers alone, and what Webex does not know of. */
const ofAll: ReadonlySet<Resource> = new Set(['messages', 'memberships', 'rooms']);

const resourceWanted: Condition = {
  name: 'resource',
  holds: (webhook, event) =>
    webhook.resource === event.resource || (webhook.resource === 'all' && ofAll.has(event.resource)),
  says: (held, webhook, event) => {
    const asked = `The webhook asks for resource ${webhook.resource}`;
    if (held) return `${asked}, and the event is one of ${event.resource}.`;
    if (event.resource === 'tabs') return `${asked}, and no webhook is told of tabs.`;
    return webhook.resource === 'all'
      ? `${asked}, which does not take in ${event.resource}: ask for those by name.`
      : `${asked}, but the event is one of ${event.resource}.`;
  },
};

const eventWanted: Condition = {
  name: 'event',
  holds: (webhook, event, { allowMessagesUpdated }) =>
    (webhook.event === event.event || webhook.event === 'all') && (allowMessagesUpdated || !isEdit(event)),
  says: (held, webhook, event, { allowMessagesUpdated }) =>
    isEdit(event) && !allowMessagesUpdated
      ? 'Edits of messages are not told on this server (HEARTH_ALLOW_MESSAGES_UPDATED).'
      : `The webhook asks for event ${webhook.event}, ${held ? 'and' : 'but'} this one is ${event.event}.`,
};

/** Whether the owner may be told at all, whatever the webhook asks for (spec 4.6). */
const seeing: readonly Condition[] = [member, concerned, mentioned];

/** Not asked of what is sent anew: it may be older than the webhook, and rests while that is inactive. */
const listening: readonly Condition[] = [active, registeredInTime];
const wanting: readonly Condition[] = [joinedInTime, resourceWanted, eventWanted];

/** As somebody would ask who wonders. */
const inWords: readonly Condition[] = [
  active,
  registeredInTime,
  member,
  joinedInTime,
  concerned,
  mentioned,
  resourceWanted,
  eventWanted,
];

/** A condition and whether it holds; a filter's clause counts as one condition. */
export interface Verdict {
  condition: string;
  holds: boolean;
  /** What was looked at. */
  sentence: string;
}

/**
 * Every condition in order, with its verdict. The webhook matches when all of them hold; the first that does not is the
 * answer to "why not?".
 */
export function judge(webhook: ActiveWebhook, event: LoggedEvent, sight: Sight): Verdict[] {
  return [
    ...inWords.map((condition) => {
      const held = condition.holds(webhook, event, sight);
      return { condition: condition.name, holds: held, sentence: condition.says(held, webhook, event, sight) };
    }),
    ...webhook.filter.map((clause: Clause) => ({
      condition: `filter ${clause.text}`,
      holds: holds(clause, event),
      sentence: clauseInWords(clause, event),
    })),
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

function happened({ createdAt }: LoggedEvent, inTime: boolean): string {
  return `the event happened at ${isoTime(createdAt)}${inTime ? '.' : ', before that.'}`;
}

function isEdit({ resource, event }: LoggedEvent): boolean {
  return resource === 'messages' && event === 'updated';
}

function tellsOfOwnRemoval(webhook: ActiveWebhook, { resource, event, facts }: LoggedEvent): boolean {
  return resource === 'memberships' && event === 'deleted' && facts.personUuid === webhook.ownerUuid;
}
