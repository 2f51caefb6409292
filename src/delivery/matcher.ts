import type { LoggedEvent } from '../core/events.ts';
import type { ActiveWebhook, WebhookRegistry } from '../webhooks/index.ts';
import { matches, maySee } from './conditions.ts';
import type { RoomMembers } from './room-members.ts';
import { WebhookIndex } from './webhook-index.ts';

/** Finds who wants an event and may see it. */
export class Matcher {
  readonly #index = new WebhookIndex();
  readonly #members: RoomMembers;
  readonly #allReachesBots: boolean;

  constructor(registry: WebhookRegistry, members: RoomMembers, { allReachesBots }: { allReachesBots: boolean }) {
    this.#members = members;
    this.#allReachesBots = allReachesBots;
    for (const webhook of registry.all()) this.#index.put(webhook);
    registry.onChange((change) => {
      if (change.kind === 'put') this.#index.put(change.webhook);
      else this.#index.remove(change.id);
    });
  }

  async match(event: LoggedEvent): Promise<ActiveWebhook[]> {
    const members = await this.#members.of(event.roomUuid);
    const sight = { members, allReachesBots: this.#allReachesBots };
    const matched: ActiveWebhook[] = [];
    for (const webhook of this.#index.candidates(event, members)) {
      if (matches(webhook, event, sight)) matched.push(webhook);
    }
    return matched;
  }

  /** Rule 5: asked again before every retry. */
  async stillSees(webhook: ActiveWebhook, event: LoggedEvent): Promise<boolean> {
    const members = await this.#members.of(event.roomUuid);
    return maySee(webhook, event, { members, allReachesBots: this.#allReachesBots });
  }
}
