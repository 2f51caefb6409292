import { attachmentActionRoutes } from '../attachment-actions/routes.ts';
import { AttachmentActionService } from '../attachment-actions/service.ts';
import type { Clock } from '../core/clock.ts';
import { replayRoutes } from '../delivery/replay/routes.ts';
import { ReplayService } from '../delivery/replay/service.ts';
import { eventRoutes } from '../events/routes.ts';
import { EventService } from '../events/service.ts';
import { injectFaults } from '../faults/hooks.ts';
import { faultRoutes } from '../faults/routes.ts';
import { FaultRules } from '../faults/rules.ts';
import { fileRoutes } from '../files/routes.ts';
import type { Api } from '../http/index.ts';
import { incomingRoute, incomingWebhookRoutes } from '../incoming-webhooks/routes.ts';
import { IncomingWebhookService } from '../incoming-webhooks/service.ts';
import { inspectRoutes } from '../inspect/routes.ts';
import { membershipRoutes } from '../memberships/routes.ts';
import { MembershipService } from '../memberships/service.ts';
import { messageRoutes } from '../messages/routes.ts';
import type { MessageService } from '../messages/service.ts';
import { mayLookBehindWebhooks, mustActDirectly } from '../oauth/policy.ts';
import { credentialRoutes, signInRoutes } from '../oauth/routes.ts';
import { userInfoRoute } from '../oauth/user-info.ts';
import { organizationRoutes } from '../organizations/routes.ts';
import { OrganizationService } from '../organizations/service.ts';
import { PeopleAdministration } from '../people/administration.ts';
import { peopleRoutes } from '../people/routes.ts';
import { PeopleService } from '../people/service.ts';
import { roomTabRoutes } from '../room-tabs/routes.ts';
import { RoomTabService } from '../room-tabs/service.ts';
import { roomRoutes } from '../rooms/routes.ts';
import { RoomService } from '../rooms/service.ts';
import { socketRoutes } from '../sockets/routes.ts';
import { streamRoutes } from '../stream/routes.ts';
import { teamMembershipRoutes } from '../team-memberships/routes.ts';
import { TeamMembershipService } from '../team-memberships/service.ts';
import { teamRoutes } from '../teams/routes.ts';
import { TeamService } from '../teams/service.ts';
import { webhookRoutes } from '../webhooks/routes.ts';
import { WebhookService } from '../webhooks/service.ts';
import type { Access } from './access.ts';
import { consequences } from './consequences.ts';
import type { Delivery } from './delivery.ts';
import type { Files } from './files.ts';
import type { Foundation } from './foundation.ts';
import type { Live } from './live.ts';
import type { AppOptions } from './options.ts';
import type { Outgoing } from './sending.ts';

interface RouteParts {
  foundation: Foundation;
  access: Access;
  messages: MessageService;
  files: Files;
  delivery: Delivery;
  outgoing: Outgoing;
  live: Live;
}

/** Which routes live where, and who is let in to them. A service that only its routes know is made beside them. */
export async function addRoutes(api: Api, options: AppOptions, parts: RouteParts): Promise<void> {
  const { foundation, access, messages, outgoing } = parts;
  const faults = options.faults && openFaults(options.faults, foundation.clock);
  if (faults) injectFaults(api, faults, foundation.clock);
  const incoming = new IncomingWebhookService({ ...foundation, messages });
  const webhooks = new WebhookService({ ...foundation, checkTarget: outgoing.check, ...options.webhooks });

  await signInRoutes(api, { ...foundation, ...options.oauth, forget: access.forget });
  const webex = { prefix: '/v1' };
  await api.register(async (v1: Api) => {
    access.forCallers(v1);
    await webexRoutes(v1, options, { ...parts, incoming, webhooks });
  }, webex);
  await api.register(async (open: Api) => incomingRoute(open, incoming, access.perIncomingWebhook), webex);
  const own = { prefix: '/hearth/v1' };
  await api.register(async (ours: Api) => {
    access.forCallers(ours);
    await ownRoutes(ours, options, { ...parts, incoming });
  }, own);
  await api.register(async (ours: Api) => {
    access.forCallers(ours);
    ours.addHook('onRequest', mayLookBehindWebhooks);
    if (faults && options.faults) await faultRoutes(ours, faults, options.faults.by);
    inspectionRoutes(ours, options, { ...parts, webhooks });
  }, own);
  await addSockets(api, options, parts);
}

interface SharedServices {
  incoming: IncomingWebhookService;
  webhooks: WebhookService;
}

/** What Webex has too. */
async function webexRoutes(v1: Api, options: AppOptions, parts: RouteParts & SharedServices): Promise<void> {
  const { foundation, access, messages, files, incoming, webhooks } = parts;
  const { presence, forget } = access;
  const administration = new PeopleAdministration({
    ...foundation,
    forget,
    ...consequences(foundation, { incoming, devices: parts.live.devices }),
  });
  peopleRoutes(v1, new PeopleService({ ...foundation, presence }), administration);
  organizationRoutes(v1, new OrganizationService(foundation));
  eventRoutes(v1, new EventService(foundation));
  const rooms = new RoomService(foundation);
  roomRoutes(v1, rooms);
  roomTabRoutes(v1, new RoomTabService(foundation));
  teamRoutes(v1, new TeamService({ ...foundation, rooms }));
  teamMembershipRoutes(v1, new TeamMembershipService(foundation));
  membershipRoutes(v1, new MembershipService(foundation));
  webhookRoutes(v1, webhooks);
  userInfoRoute(v1, foundation);
  await messageRoutes(v1, messages, files.uploads);
  fileRoutes(v1, files.service);
  const { bots, cards: submitting } = options;
  attachmentActionRoutes(v1, new AttachmentActionService({ ...foundation, bots, submitting }));
}

/** What people do here and nowhere in Webex's API. */
async function ownRoutes(
  ours: Api,
  options: AppOptions,
  { foundation, access, live, incoming }: RouteParts & Pick<SharedServices, 'incoming'>,
): Promise<void> {
  credentialRoutes(ours, { ...foundation, ...options.oauth, forget: access.forget });
  await ours.register(async (direct: Api) => {
    // Whoever knows the URL of one may post, for as long as it lasts.
    direct.addHook('onRequest', async ({ caller }) => mustActDirectly(caller));
    incomingWebhookRoutes(direct, incoming);
  });
  streamRoutes(ours, { streams: live.streams, clock: foundation.clock, findCaller: access.callerOf });
}

/** What becomes of events, and doing it again. */
function inspectionRoutes(
  ours: Api,
  options: AppOptions,
  { foundation, delivery, outgoing, webhooks }: RouteParts & Pick<SharedServices, 'webhooks'>,
): void {
  const { engine, replayer } = delivery;
  replayRoutes(ours, new ReplayService({ ...foundation, replayer }));
  inspectRoutes(ours, {
    ...foundation,
    ...delivery,
    webhooks,
    lanes: engine.lanes,
    window: options.delivery.disabling,
    replaySinceDisabled: (tx, webhook, caller) => replayer.createSinceDisabled(tx, webhook, caller.personId),
    standingHeaders: outgoing.headers,
  });
}

/** They see for themselves who is let in: a socket says who it is in its first frame. */
async function addSockets(
  api: Api,
  options: AppOptions,
  { foundation, access, delivery, live }: RouteParts,
): Promise<void> {
  await socketRoutes(api, {
    ...foundation,
    ...live,
    reader: foundation.db.reader,
    forCallers: access.forCallers,
    findCaller: access.callerOf,
    matcher: delivery.matcher,
    firstMessageDelayMs: options.delivery.firstMessageDelayMs,
  });
}

function openFaults({ rules, presets }: NonNullable<AppOptions['faults']>, clock: Clock): FaultRules {
  const faults = new FaultRules(clock);
  for (const rule of rules) faults.add(rule);
  for (const preset of presets) faults.addPreset(preset);
  return faults;
}
