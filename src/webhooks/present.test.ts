import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noticePrefix, presentWebhook } from './present.ts';
import type { ActiveWebhook } from './store.ts';

const webhook: ActiveWebhook = {
  id: 1,
  uuid: '96abc2aa-3dcc-11e5-a152-fe34819cdc9a',
  ownerId: 7,
  ownerUuid: 'f5b36187-c8dd-4727-8b2f-f9c447f29046',
  ownerType: 'person',
  orgUuid: '96abc2aa-3dcc-11e5-a152-fe34819cdc9a',
  ownedBy: 'creator',
  name: 'My Messaging Webhook',
  targetUrl: 'https://bot.example.com/hook',
  resource: 'messages',
  event: 'created',
  filterText: 'roomId=Y2lzY29zcGFyazovL3VzL1JPT00vYmJjZWIxYWQtNDNmMS0zYjU4LTkxNDctZjE0YmIwYzRkMTU0',
  filter: [],
  secret: 'somesupersecretphrase',
  previousSecretUntil: null,
  status: 'active',
  ordering: 'none',
  revision: 1,
  disabledAt: null,
  disabledReason: null,
  disabledAfter: null,
  enabledAt: null,
  appKey: 'C32c807740c6e7df11daf16f228df628bbca49ba52fecbb2c7d515cb4a0cc91aa',
  createdAt: Date.parse('2016-07-08T02:27:52.191Z'),
};
const owner = { uuid: webhook.ownerUuid, appKey: 'C0' };
const stranger = { uuid: '1f7de5cb-8561-4671-bc03-bc9743144420', appKey: 'C0' };

describe('the public webhook', () => {
  test('is the example of spec 4.1, key by key', () => {
    expect(JSON.stringify(presentWebhook(webhook, owner))).toBe(
      '{"id":"Y2lzY29zcGFyazovL3VzL1dFQkhPT0svOTZhYmMyYWEtM2RjYy0xMWU1LWExNTItZmUzNDgxOWNkYzlh",' +
        '"name":"My Messaging Webhook","targetUrl":"https://bot.example.com/hook","resource":"messages","event":"created",' +
        '"filter":"roomId=Y2lzY29zcGFyazovL3VzL1JPT00vYmJjZWIxYWQtNDNmMS0zYjU4LTkxNDctZjE0YmIwYzRkMTU0",' +
        '"secret":"somesupersecretphrase",' +
        '"orgId":"Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi85NmFiYzJhYS0zZGNjLTExZTUtYTE1Mi1mZTM0ODE5Y2RjOWE",' +
        '"createdBy":"Y2lzY29zcGFyazovL3VzL1BFT1BMRS9mNWIzNjE4Ny1jOGRkLTQ3MjctOGIyZi1mOWM0NDdmMjkwNDY",' +
        '"appId":"Y2lzY29zcGFyazovL3VzL0FQUExJQ0FUSU9OL0MzMmM4MDc3NDBjNmU3ZGYxMWRhZjE2ZjIyOGRmNjI4YmJjYTQ5YmE1MmZlY2JiMmM3ZDUxNWNiNGEwY2M5MWFh",' +
        '"ownedBy":"creator","status":"active","created":"2016-07-08T02:27:52.191Z"}',
    );
  });

  test('has no key for what was not given', () => {
    const { filterText: _filter, secret: _secret, ...bare } = webhook;
    const keys = Object.keys(presentWebhook(bare, owner));
    expect(keys.join()).toBe('id,name,targetUrl,resource,event,orgId,createdBy,appId,ownedBy,status,created');
  });

  test('shows the secret to its owner only', () => {
    expect(presentWebhook(webhook, stranger)).not.toHaveProperty('secret');
  });

  test('shows the secret to an integration only where the integration registered it', () => {
    expect(presentWebhook(webhook, { ...owner, grantId: 1 })).not.toHaveProperty('secret');
    expect(presentWebhook(webhook, { ...owner, grantId: 1, appKey: webhook.appKey })).toHaveProperty('secret');
  });
});

describe('the beginning of a notice', () => {
  const event = { resource: 'rooms', event: 'updated' } as const;

  test('tells the actual resource and event, and always active', () => {
    const firehose: ActiveWebhook = { ...webhook, resource: 'all', event: 'all', status: 'inactive' };
    expect(JSON.parse(`${noticePrefix(firehose, event)}}`)).toMatchObject({ ...event, status: 'active' });
  });

  test('ends with the time of creation, ready for more', () => {
    expect(noticePrefix(webhook, event)).toMatch(/"status":"active","created":"2016-07-08T02:27:52.191Z"$/);
  });

  test('WH-21: whatever the texts hold, the whole reads and writes as itself; the secret is not in it', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, fc.option(text, { nil: undefined }), (name, path, filterText) => {
        const { filterText: _, ...bare } = webhook;
        const targetUrl = `https://bot.example.com/${path}`;
        const changed = { ...bare, name, targetUrl, ...(filterText !== undefined && { filterText }) };
        const body = `${noticePrefix(changed, event)},"actorId":"x","data":{}}`;
        const parsed = JSON.parse(body);
        expect(JSON.stringify(parsed)).toBe(body);
        expect(parsed).toMatchObject({ name, targetUrl });
        expect(parsed.filter).toBe(filterText);
        expect(parsed).not.toHaveProperty('secret');
      }),
    );
  });
});
