/** The SDKs come without types; this is as much of them as the tests use, after their documentation. */

declare module 'node-sparky' {
  import type { EventEmitter } from 'node:events';
  import type { IncomingHttpHeaders } from 'node:http';
  import type { Membership, Message, Notice, Person, Room, Webhook } from '#src/contract/index.ts';

  export default class Spark extends EventEmitter<{
    'messages-created': [message: Message, notice: Notice];
    request: [notice: Notice];
  }> {
    constructor(options: { token: string; apiUrl: string; maxPageItems?: number });
    readonly webhookSecret: string;

    personMe(): Promise<Person>;
    personGet(id: string): Promise<Person>;
    peopleGet(search: { email: string }): Promise<Person[]>;

    roomsGet(max?: number): Promise<Room[]>;
    roomGet(id: string): Promise<Room>;
    roomAdd(title: string): Promise<Room>;
    roomUpdate(room: Room): Promise<Room>;
    roomRemove(id: string): Promise<object>;

    membershipsGet(search: { roomId: string }): Promise<Membership[]>;
    membershipGet(id: string): Promise<Membership>;
    membershipAdd(roomId: string, personEmail: string, isModerator?: boolean): Promise<Membership>;
    membershipUpdate(membership: Membership): Promise<Membership>;
    membershipRemove(id: string): Promise<object>;

    messagesGet(search: { roomId: string }, max?: number): Promise<Message[]>;
    messageGet(id: string): Promise<Message>;
    messageSend(message: {
      roomId?: string;
      toPersonEmail?: string;
      text?: string;
      markdown?: string;
    }): Promise<Message>;
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
