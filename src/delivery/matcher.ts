import type { LoggedEvent } from '../core/events.ts';
import type { ActiveWebhook, WebhookRegistry } from '../webhooks/index.ts';
import { matches, maySee, wants, type Sight } from './conditions.ts';
import type { RoomMembers } from './room-members.ts';
import { WebhookIndex } from './webhook-index.ts';

/** What the operator decides. */
type MatchingRules = Omit<Sight, 'members'>;

/** Finds who wants an event and may see it. */
export class Matcher {
  readonly #index = new WebhookIndex();
  readonly #members: Pick<RoomMembers, 'of'>;
  readonly #rules: MatchingRules;

  constructor(
    registry: WebhookRegistry,
    members: Pick<RoomMembers, 'of'>,
    { allReachesBots, allowMessagesUpdated }: MatchingRules,
  ) {
    this.#members = members;
    this.#rules = { allReachesBots, allowMessagesUpdated };
    for (const webhook of registry.all()) this.#index.put(webhook);
    registry.onChange((change) => {
      if (change.kind === 'put') this.#index.put(change.webhook);
      else this.#index.remove(change.id);
    });
  }

  async match(event: LoggedEvent): Promise<ActiveWebhook[]> {
    const sight = await this.sightOf(event);
    const matched: ActiveWebhook[] = [];
    for (const webhook of this.#index.candidates(event, sight.members)) {
      if (matches(webhook, event, sight)) matched.push(webhook);
    }
    return matched;
  }

  /** Whether the event is to be sent to the webhook anew, be it younger than the event or inactive at the moment. */
  async wants(webhook: ActiveWebhook, event: LoggedEvent): Promise<boolean> {
    return wants(webhook, event, await this.sightOf(event));
  }

  /** Rule 5: asked again before every retry. */
  async stillSees(webhook: ActiveWebhook, event: LoggedEvent): Promise<boolean> {
    return maySee(webhook, event, await this.sightOf(event));
  }

  /** What a decision about this event rests on, as things are now. */
  async sightOf({ roomUuid, facts }: LoggedEvent): Promise<Sight> {
    // Who is concerned by what happens in no room is as good as a member.
    const members =
      roomUuid === '' ? new Map(facts.audience?.map((uuid) => [uuid, 0])) : await this.#members.of(roomUuid);
    return { members, ...this.#rules };
  }
}
