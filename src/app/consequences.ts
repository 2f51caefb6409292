import { cancelReplaysOf } from '../delivery/replay/store.ts';
import type { IncomingWebhookService } from '../incoming-webhooks/service.ts';
import { leaveEverywhere } from '../memberships/index.ts';
import { endCredentialsOf } from '../oauth/index.ts';
import type { Consequence } from '../people/index.ts';
import type { Devices } from '../sockets/service.ts';
import { switchOffAll, switchOffOversight } from '../webhooks/index.ts';
import type { Foundation } from './foundation.ts';

/** What else ends when people are deleted, or lose a role. Each resource that people have something in adds its own. */
export function consequences(
  foundation: Foundation,
  { incoming, devices }: { incoming: IncomingWebhookService; devices: Devices },
): { whenDeleted: Consequence[]; whenDemoted: Consequence[] } {
  return {
    whenDeleted: [
      (tx, person) => endCredentialsOf(tx, person.id),
      (tx, person) => devices.removeAllOf(tx, person.id),
      (tx, person, actor) => incoming.removeAllOf(tx, person, actor),
      async (tx, person, actor) => {
        const events = await leaveEverywhere(tx, person, actor.uuid, foundation.clock.now());
        await foundation.log.append(tx, events, actor.trace);
      },
      (tx, person, actor) => switchOffAll(foundation, tx, person.id, actor),
      (tx, person) => cancelReplaysOf(tx, person.id, foundation.clock.now()),
    ],
    whenDemoted: [(tx, person, actor) => switchOffOversight(foundation, tx, person, actor)],
  };
}
