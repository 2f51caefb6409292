import type { LoggedEvent } from '../core/events.ts';
import { pins, type ActiveWebhook } from '../webhooks/index.ts';
import type { Members } from './conditions.ts';

/**
 * Active webhooks by what an event must have for them to want it, so that an event's cost depends on the webhooks that
 * could want it and not on how many exist. Each webhook is in one place: under the room its filter pins, else under the
 * person, else under its owner (or its organization).
 */
export class WebhookIndex {
  readonly #byRoom = new Shelf();
  readonly #byPerson = new Shelf();
  readonly #byOrganization = new Shelf();
  /** Of each resource and event (`messages/created`, `messages/all`, `all/all`): by owner. */
  readonly #byOwner = new Map<string, Shelf>();
  readonly #takeOut = new Map<number, () => void>();

  /** Puts the webhook in, in place of its former self. */
  put(webhook: ActiveWebhook): void {
    this.remove(webhook.id);
    if (webhook.status === 'active') this.#takeOut.set(webhook.id, this.#shelve(webhook));
  }

  remove(id: number): void {
    this.#takeOut.get(id)?.();
    this.#takeOut.delete(id);
  }

  /** Everything that could want the event; the conditions have still to be checked. */
  *candidates(event: LoggedEvent, members: Members): Iterable<ActiveWebhook> {
    const { facts } = event;
    yield* this.#byRoom.get(event.roomUuid);
    if (facts.personUuid !== undefined) yield* this.#byPerson.get(facts.personUuid);
    if (facts.personEmail !== undefined) yield* this.#byPerson.get(facts.personEmail);
    yield* this.#byOrganization.get(event.orgUuid);
    for (const wanted of [`${event.resource}/${event.event}`, `${event.resource}/all`, 'all/all']) {
      const shelf = this.#byOwner.get(wanted);
      if (shelf) yield* ownedBy(shelf, members, formerMember(event, members));
    }
  }

  #shelve(webhook: ActiveWebhook): () => void {
    const { roomUuid, personUuid, personEmail } = pins(webhook.filter);
    if (roomUuid !== undefined) return this.#byRoom.add(roomUuid, webhook);
    const person = personUuid ?? personEmail;
    if (person !== undefined) return this.#byPerson.add(person, webhook);
    if (webhook.ownedBy === 'org') return this.#byOrganization.add(webhook.orgUuid, webhook);
    const wanted = `${webhook.resource}/${webhook.event}`;
    let shelf = this.#byOwner.get(wanted);
    if (!shelf) this.#byOwner.set(wanted, (shelf = new Shelf()));
    return shelf.add(webhook.ownerUuid, webhook);
  }
}

/** The one who was removed is told too, though a member no longer (AUD-4). */
function formerMember({ resource, event, facts }: LoggedEvent, members: Members): string | undefined {
  const removed = resource === 'memberships' && event === 'deleted' ? facts.personUuid : undefined;
  return removed !== undefined && !members.has(removed) ? removed : undefined;
}

/** Walks whichever is shorter: the members, or the owners. */
function* ownedBy(shelf: Shelf, members: Members, former: string | undefined): Iterable<ActiveWebhook> {
  if (members.size <= shelf.size) {
    for (const member of members.keys()) yield* shelf.get(member);
  } else {
    for (const [owner, webhooks] of shelf.entries()) if (members.has(owner)) yield* webhooks;
  }
  if (former !== undefined) yield* shelf.get(former);
}

/** Sets of webhooks under a key. */
class Shelf {
  readonly #sets = new Map<string, Set<ActiveWebhook>>();

  get size(): number {
    return this.#sets.size;
  }

  get(key: string): Iterable<ActiveWebhook> {
    return this.#sets.get(key) ?? [];
  }

  entries(): Iterable<[string, Iterable<ActiveWebhook>]> {
    return this.#sets;
  }

  /** Answers how to take it out again. */
  add(key: string, webhook: ActiveWebhook): () => void {
    let set = this.#sets.get(key);
    if (!set) this.#sets.set(key, (set = new Set()));
    set.add(webhook);
    return () => {
      set.delete(webhook);
      if (set.size === 0) this.#sets.delete(key);
    };
  }
}
