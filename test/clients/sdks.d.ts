/** The SDKs come without types; this is as much of them as the tests use, after their documentation. */

declare module 'node-sparky' {
  import type { EventEmitter } from 'node:events';
  import type { IncomingHttpHeaders } from 'node:http';
  import type {
    ComplianceEvent,
    License,
    Membership,
    Message,
    Notice,
    Organization,
    Person,
    RoleEntry,
    Room,
    Team,
    TeamMembership,
    Webhook,
  } from '#src/contract/index.ts';

  interface File {
    name: string;
    ext: string;
    type: string;
    binary: Buffer;
    base64: string;
  }

  export default class Spark extends EventEmitter<{
    'messages-created': [message: Message, notice: Notice];
    request: [notice: Notice];
  }> {
    constructor(options: { token: string; apiUrl: string; maxPageItems?: number });
    readonly webhookSecret: string;

    personMe(): Promise<Person>;
    personGet(id: string): Promise<Person>;
    peopleGet(search: { email?: string }): Promise<Person[]>;
    personAdd(person: Partial<Person>): Promise<Person>;
    personUpdate(person: Person): Promise<Person>;
    personRemove(id: string): Promise<object>;

    roomsGet(max?: number): Promise<Room[]>;
    roomGet(id: string): Promise<Room>;
    roomAdd(title: string, teamId?: string): Promise<Room>;
    roomUpdate(room: Room): Promise<Room>;
    roomRemove(id: string): Promise<object>;

    membershipsGet(search: { roomId: string }): Promise<Membership[]>;
    membershipGet(id: string): Promise<Membership>;
    membershipAdd(roomId: string, personEmail: string, isModerator?: boolean): Promise<Membership>;
    membershipUpdate(membership: Membership): Promise<Membership>;
    membershipRemove(id: string): Promise<object>;

    teamsGet(): Promise<Team[]>;
    teamGet(id: string): Promise<Team>;
    teamAdd(name: string): Promise<Team>;
    teamUpdate(team: Team): Promise<Team>;
    teamRemove(id: string): Promise<object>;

    teamMembershipsGet(teamId: string): Promise<TeamMembership[]>;
    teamMembershipGet(id: string): Promise<TeamMembership>;
    teamMembershipAdd(teamId: string, personEmail: string, isModerator?: boolean): Promise<TeamMembership>;
    teamMembershipUpdate(membership: TeamMembership): Promise<TeamMembership>;
    teamMembershipRemove(id: string): Promise<object>;

    contentCreate(path: string): Promise<File>;
    contentGet(idOrUrl: string): Promise<File>;

    eventsGet(search: { resource?: string; type?: string }, max?: number): Promise<ComplianceEvent[]>;
    eventGet(id: string): Promise<ComplianceEvent>;

    organizationsGet(): Promise<Organization[]>;
    organizationGet(id: string): Promise<Organization>;
    licensesGet(): Promise<License[]>;
    licenseGet(id: string): Promise<License>;
    rolesGet(): Promise<RoleEntry[]>;
    roleGet(id: string): Promise<RoleEntry>;

    messagesGet(search: { roomId: string }, max?: number): Promise<Message[]>;
    messageGet(id: string): Promise<Message>;
    messageSend(
      message: { roomId?: string; toPersonEmail?: string; text?: string; markdown?: string; files?: string[] },
      file?: File,
    ): Promise<Message>;
    messageRemove(id: string): Promise<object>;

    webhooksGet(search?: Partial<Webhook>): Promise<Webhook[]>;
    webhookGet(id: string): Promise<Webhook>;
    webhookAdd(webhook: Partial<Webhook>): Promise<Webhook>;
    webhookUpdate(webhook: Webhook): Promise<Webhook>;
    webhookRemove(id: string): Promise<object>;

    webhookAuth(secret: string, signature: string, payload: string | object): Promise<string | object>;
    webhookListen(): (
      request: { headers: IncomingHttpHeaders; body: unknown },
      response: { status(code: number): void; send(text: string): void },
    ) => void;
  }
}

declare module 'webex-node-bot-framework' {
  import type { EventEmitter } from 'node:events';
  import type { AttachmentAction, Message, Room } from '#src/contract/index.ts';

  interface Bot {
    readonly room: Room;
    say(format: 'text' | 'markdown', message: string): Promise<Message>;
    sendCard(card: object, fallback: string): Promise<Message>;
    reply(to: Message | AttachmentAction, message: string, format: 'text' | 'markdown'): Promise<Message>;
  }

  interface Page<T> {
    readonly items: T[];
    hasNext(): boolean;
    next(): Promise<Page<T>>;
  }

  interface Trigger {
    text: string;
    message: Message;
    person: { displayName: string };
  }

  export default class Framework extends EventEmitter<{
    initialized: [frameworkId: string];
    spawn: [bot: Bot, frameworkId: string, addedBy?: string];
    despawn: [bot: Bot, frameworkId: string, removedBy?: string];
    attachmentAction: [bot: Bot, trigger: { attachmentAction: AttachmentAction; person: { displayName: string } }];
  }> {
    /** Without a URL it hears by socket. */
    constructor(options: { token: string | undefined; webhookUrl?: string; webhookSecret?: string });
    cardsWebhook: { id?: string };
    /** How it announces what happens. */
    myEmit(event: string, ...args: unknown[]): void;
    start(): Promise<boolean>;
    stop(): Promise<boolean>;
    /** Of the phrases that fit, those with the lowest preference are heard. */
    hears(phrase: RegExp, action: (bot: Bot, trigger: Trigger) => unknown, help: string, preference: number): void;
    getWebexSDK(): { rooms: { list(query: { max: number }): Promise<Page<Room>> } };
  }
}

declare module 'webex-node-bot-framework/webhook.js' {
  import type { IncomingHttpHeaders } from 'node:http';
  import type Framework from 'webex-node-bot-framework';

  export default function webhook(
    framework: Framework,
  ): (
    request: { headers: IncomingHttpHeaders; body: unknown },
    response: { status(code: number): void; send(text: string): void },
  ) => unknown;
}
