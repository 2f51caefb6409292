/** What is on the server, by kind: ids that requests can name, and what belongs to each (`message.roomId`). */
export type Thing = Readonly<Record<string, unknown>>;

/** The oldest of a kind make room for newer ones. */
const MOST = 40;

/**
 * Requests are drawn before what they are about is known, so that they can be drawn again: `«room:7»` stands for the
 * id of a room that is there when the request goes out, `«message.roomId:7»` for a field of a message.
 */
export class Pools {
  readonly #byKind = new Map<string, Thing[]>();

  add(kind: string, thing: Thing): void {
    const things = this.#of(kind).filter(({ id }) => id !== thing['id']);
    this.#byKind.set(kind, [...things.slice(-MOST + 1), thing]);
  }

  /** In place of all others of its kind. */
  replace(kind: string, thing: Thing): void {
    this.#byKind.set(kind, [thing]);
  }

  /** With all that belongs to it. */
  remove(id: string): void {
    for (const [kind, things] of this.#byKind)
      this.#byKind.set(
        kind,
        things.filter((thing) => !Object.values(thing).includes(id)),
      );
  }

  fill(text: string): string {
    return text.replaceAll(/«(\w+)(?:\.(\w+))?:(\d+)»/g, (_, kind: string, field: string | undefined, at: string) => {
      const things = this.#of(kind);
      const value = things[Number(at) % things.length]?.[field ?? 'id'];
      return typeof value === 'string' ? value : 'none';
    });
  }

  #of(kind: string): Thing[] {
    return this.#byKind.get(kind) ?? [];
  }
}

/** Stands for one of a kind until the request is sent. */
export function placeholder(kind: string, at: number): string {
  return `«${kind}:${at}»`;
}

/** What the objects of a collection are called in the pools. */
const kinds: Readonly<Record<string, string>> = {
  '/v1/people': 'person',
  '/v1/organizations': 'organization',
  '/v1/licenses': 'license',
  '/v1/roles': 'role',
  '/v1/events': 'complianceEvent',
  '/v1/rooms': 'room',
  '/v1/room/tabs': 'tab',
  '/v1/teams': 'team',
  '/v1/team/memberships': 'teamMembership',
  '/v1/memberships': 'membership',
  '/v1/messages': 'message',
  '/v1/contents': 'content',
  '/v1/attachment/actions': 'action',
  '/v1/webhooks': 'webhook',
  '/v1/webhooks/incoming': 'incomingToken',
  '/hearth/v1/webhooks': 'webhook',
  '/hearth/v1/deliveries': 'delivery',
  '/hearth/v1/replays': 'replay',
  '/hearth/v1/incoming-webhooks': 'incoming',
  '/hearth/v1/integrations': 'integration',
  '/hearth/v1/guest-issuers': 'issuer',
  '/hearth/v1/tokens': 'personalToken',
  '/hearth/v1/authorizations': 'authorization',
  '/hearth/v1/faults': 'fault',
  '/wdm/api/v1/devices': 'device',
};

export function kindOf(path: string): string | undefined {
  return kinds[path.replace(/\/\{.*/, '')];
}

export const allKinds = [...new Set([...Object.values(kinds), 'card', 'newcomer', 'foreign'])];
