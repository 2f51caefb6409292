import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Membership, Message, Room } from '../../src/contract/index.ts';
import { people, personId, startServer, type Name, type TestServer } from '../support/server.ts';
import { postCard, submit } from '../support/cards.ts';
import { Line } from '../support/line.ts';
import { npmPackages, type Installed } from './installed.ts';
import type { Report } from './listening.ts';
import { ClientProgram } from './client-program.ts';
import { sdkToken } from './token.ts';

/** `listen()` of Webex's JavaScript SDK as it is: version 2 in one piece, version 3 as the plugins that it is made of. */

/** Seconds go by before the SDK is loaded. */
const patience = { timeout: 90_000 };

const second: Installed = { folder: path.resolve(import.meta.dirname, '../..') };
const versions = [
  { version: 'webex 2', sdk: 'webex', installed: second },
  { version: '@webex 3', sdk: 'plugins', installed: await npmPackages('sdk-3') },
];

describe.each(versions)('$version', ({ installed, sdk }) => {
  const missing = installed.missing !== undefined;
  const folder = installed.folder ?? '';

  test.skipIf(missing)('tells of messages, memberships and rooms as they happen', patience, async () => {
    const server = await startServer();
    const listener = await Listener.start(server, 'robot', { folder, sdk });
    const room = await server.room('Demo', 'alice', 'robot');
    await listener.heardOf('memberships', 1);

    const as = (name: Name) => server.as(name);
    const mention = await as('alice').say(room, `<@personId:${personId('robot')}> hello`);
    await as('alice').say(room, 'not for bots');
    const [message] = await listener.heardOf('messages', 1);
    expect(message).toMatchObject({ event: 'created', actorId: personId('alice') });
    expect(message?.data).toEqual(await as('robot').ok('GET', `/v1/messages/${mention.id}`));

    await as('alice').ok('PUT', `/v1/rooms/${room.id}`, { title: 'Renamed' });
    const joined = await as('alice').ok<Membership>('POST', '/v1/memberships', {
      roomId: room.id,
      personId: personId('bob'),
      isModerator: true,
    });
    await as('alice').ok('DELETE', `/v1/messages/${mention.id}`);
    const [, deleted] = await listener.heardOf('messages', 2);
    expect(deleted).toMatchObject({
      event: 'deleted',
      data: { id: mention.id, roomId: room.id, roomType: 'group', personId: personId('alice') },
    });
    await as('alice').ok('DELETE', `/v1/memberships/${joined.id}`);

    const [own, ...others] = await listener.heardOf('memberships', 5);
    expect(own).toMatchObject({
      event: 'created',
      actorId: personId('alice'),
      data: {
        id: expect.any(String),
        roomId: room.id,
        personId: personId('robot'),
        personEmail: people.robot.email,
        personDisplayName: people.robot.displayName,
        roomType: 'group',
        isModerator: false,
        isRoomHidden: false,
      },
    });
    expect(own?.data).toMatchObject({
      personOrgId: (await as('robot').ok<Membership>('GET', `/v1/memberships/${own?.data.id}`)).personOrgId,
    });
    expect(
      others.map(({ event, data }) => `${event} ${String(data['personEmail'])} ${String(data['isModerator'])}`),
    ).toEqual(
      expect.arrayContaining([
        `created ${people.bob.email} false`,
        `updated ${people.bob.email} true`,
        `updated ${people.alice.email} true`,
        `deleted ${people.bob.email} true`,
      ]),
    );
    const rooms = await listener.heardOf('rooms', 2);
    expect(rooms).toMatchObject([
      { event: 'updated', actorId: personId('alice'), data: { id: room.id, type: 'group', isLocked: false } },
      { event: 'updated', data: { id: room.id, creatorId: personId('alice'), isLocked: true } },
    ]);

    const own1 = await as('robot').ok<Room>('POST', '/v1/rooms', { title: 'Own' });
    const [, , created] = await listener.heardOf('rooms', 3);
    expect(created).toMatchObject({
      event: 'created',
      data: { id: own1.id, creatorId: personId('robot'), type: 'group' },
    });
    await as('alice').ok('POST', '/v1/messages', { toPersonEmail: people.robot.email, text: 'psst' });
    const [, , secret] = await listener.heardOf('messages', 3);
    expect(secret?.data).toMatchObject({ roomType: 'direct', text: 'psst' });

    const card = await postCard(server, 'robot', room);
    const { inputs, ...action } = await submit(server, 'alice', card, { name: 'Alice ✓' });
    const [submitted] = await listener.heardOf('attachmentActions', 1);
    expect(submitted).toMatchObject({ event: 'created', actorId: personId('alice'), data: action });
    expect(submitted?.data).not.toHaveProperty('inputs');
    expect(await as('robot').ok('GET', `/v1/attachment/actions/${action.id}`)).toEqual({ ...action, inputs });
    expect(listener.complaints).toEqual([]);
    expect(listener.refused).toEqual([]);
  });

  test.skipIf(missing)('goes on where it was when the server was started anew', patience, async () => {
    const server = await startServer();
    await using line = await Line.open(() => server.url);
    const listener = await Listener.start(server, 'bob', { folder, sdk, url: line.url });
    const room = await server.room('Demo', 'alice', 'bob');
    await server.as('alice').say(room, 'before');
    await listener.heardOf('messages', 1);

    await server.restart(5_000);
    await server.as('alice').say(room, 'meanwhile');
    const [, meanwhile] = await listener.heardOf('messages', 2);
    expect(meanwhile?.data).toMatchObject({ text: 'meanwhile' });
    await listener.reported({ kind: 'online' });
    await server.as('alice').say(room, 'after');
    const heard = await listener.heardOf('messages', 3);
    expect(heard.map(({ data }) => data['text'])).toEqual(['before', 'meanwhile', 'after']);
    expect(listener.errors).toEqual([]);
  });

  test.skipIf(missing)('misses nothing while its socket is cut 50 times under load', patience, async () => {
    const server = await startServer();
    await using line = await Line.open(() => server.url);
    const listener = await Listener.start(server, 'bob', { folder, sdk, url: line.url });
    const room = await server.room('Demo', 'alice', 'bob');
    const posted: Message[] = [];
    for (let cuts = 0; cuts < 50; cuts += 1) {
      const online = listener.count('online');
      const saying = Array.from({ length: 5 }, () => server.as('alice').say(room, `message ${cuts}`));
      line.cutWebSockets();
      posted.push(...(await Promise.all(saying)));
      await listener.until(() => listener.count('online') > online);
    }
    const wanted = posted.map(({ id }) => id).toSorted();
    await listener.until(() => new Set(listener.heard('messages').map(({ data }) => data.id)).size >= wanted.length);
    expect([...new Set(listener.heard('messages').map(({ data }) => data.id))].toSorted()).toEqual(wanted);
    expect(line.webSocketsCut).toBeGreaterThanOrEqual(50);
    expect(listener.errors).toEqual([]);
  });
});

type Heard = Extract<Report, { kind: 'heard' }>;

class Listener extends ClientProgram<Report> {
  static async start(
    server: TestServer,
    name: Name,
    { folder, sdk, url = server.url }: { folder: string; sdk: string; url?: string },
  ): Promise<Listener> {
    const listener = new Listener(new URL('listening.ts', import.meta.url), {
      env: {
        SDK: sdk,
        SDK_FOLDER: folder,
        HYDRA_SERVICE_URL: `${url}/v1`,
        U2C_SERVICE_URL: `${url}/u2c/api/v1`,
        // It would wait a second before it comes back.
        MERCURY_BACKOFF_TIME_RESET: '20',
        WEBEX_LOG_LEVEL: 'warn',
        WEBEX_ACCESS_TOKEN: await sdkToken(server, name),
      },
    });
    await listener.reported({ kind: 'listening' });
    return listener;
  }

  heard(resource: string): Heard[] {
    return this.reports.filter((report): report is Heard => report.kind === 'heard' && report.resource === resource);
  }

  /** What it has heard of the resource so far, once there is so much of it. */
  async heardOf(resource: string, count: number): Promise<Heard[]> {
    await this.until(() => this.heard(resource).length >= count);
    return this.heard(resource);
  }

  count(kind: Report['kind']): number {
    return this.reports.filter((report) => report.kind === kind).length;
  }

  /** What the SDK wrote into its log; its meetings have nothing to do with us. */
  get complaints(): string[] {
    return this.reports.flatMap((report) =>
      report.kind === 'logged' && !report.text.includes('Meetings:') ? [`${report.level}: ${report.text}`] : [],
    );
  }

  /** Without the warnings that there was nobody to connect to for a moment. */
  get errors(): string[] {
    return this.complaints.filter((line) => !line.startsWith('warn:'));
  }
}
