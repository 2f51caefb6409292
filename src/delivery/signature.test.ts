import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { signatureHeaders } from './signature.ts';

/** The test vectors of the API's specification (4.5). */
const notice =
  '{"id":"Y2lzY29zcGFyazovL3VzL1dFQkhPT0svOTZhYmMyYWEtM2RjYy0xMWU1LWExNTItZmUzNDgxOWNkYzlh","name":"My Messaging Webhook","targetUrl":"https://bot.example.com/hook","resource":"messages","event":"created","filter":"roomId=Y2lzY29zcGFyazovL3VzL1JPT00vYmJjZWIxYWQtNDNmMS0zYjU4LTkxNDctZjE0YmIwYzRkMTU0","orgId":"Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi85NmFiYzJhYS0zZGNjLTExZTUtYTE1Mi1mZTM0ODE5Y2RjOWE","createdBy":"Y2lzY29zcGFyazovL3VzL1BFT1BMRS9mNWIzNjE4Ny1jOGRkLTQ3MjctOGIyZi1mOWM0NDdmMjkwNDY","appId":"Y2lzY29zcGFyazovL3VzL0FQUExJQ0FUSU9OL0MzMmM4MDc3NDBjNmU3ZGYxMWRhZjE2ZjIyOGRmNjI4YmJjYTQ5YmE1MmZlY2JiMmM3ZDUxNWNiNGEwY2M5MWFh","ownedBy":"creator","status":"active","created":"2016-07-08T02:27:52.191Z","actorId":"Y2lzY29zcGFyazovL3VzL1BFT1BMRS8xZjdkZTVjYi04NTYxLTQ2NzEtYmMwMy1iYzk3NDMxNDQ0MjA","data":{"id":"Y2lzY29zcGFyazovL3VzL01FU1NBR0UvOTJkYjNiZTAtNDNiZC0xMWU2LThhZTktZGQ1YjNkZmM1NjVk","roomId":"Y2lzY29zcGFyazovL3VzL1JPT00vYmJjZWIxYWQtNDNmMS0zYjU4LTkxNDctZjE0YmIwYzRkMTU0","roomType":"group","personId":"Y2lzY29zcGFyazovL3VzL1BFT1BMRS8xZjdkZTVjYi04NTYxLTQ2NzEtYmMwMy1iYzk3NDMxNDQ0MjA","personEmail":"matt@example.com","created":"2016-07-08T02:28:33.000Z"}}';

const attempt = { deliveryId: 'msg_1', timestampSeconds: 1_468_929_600 };

describe('X-Spark-Signature', () => {
  test.each([
    ['the article of 2016', 'somesupersecretphrase', notice, 1158, 'aaa5e6ba79d052edca8b704ed6d79b59c56c3223'],
    ['beyond ASCII', 'sécret', '{"name":"Zürich – ✓"}', 26, '36cb2eedf32369a56bd593c9128a47b772f0a90c'],
  ])('%s', (_, secret, text, bytes, expected) => {
    const body = Buffer.from(text, 'utf8');
    expect(body).toHaveLength(bytes);
    expect(signatureHeaders({ ...attempt, secret, body })).toMatchObject({ 'X-Spark-Signature': expected });
    expect(signatureHeaders({ ...attempt, secret, body: text })).toMatchObject({ 'X-Spark-Signature': expected });
  });

  test('a whsec_ secret is taken as text, as every receiver of Webex notices does', () => {
    const secret = `whsec_${Buffer.from('some key').toString('base64')}`;
    const expected = createHmac('sha1', Buffer.from(secret, 'utf8')).update('{}').digest('hex');
    expect(signatureHeaders({ ...attempt, secret, body: '{}' })).toMatchObject({ 'X-Spark-Signature': expected });
  });
});

test('X-Webex-Signature only on request (WH-24)', () => {
  const signing = { ...attempt, secret: 'somesupersecretphrase', body: notice };
  expect(signatureHeaders(signing)).not.toHaveProperty('X-Webex-Signature');
  expect(signatureHeaders({ ...signing, webexSignature: true })).toMatchObject({
    'X-Webex-Signature': '2bb74ef776ff2b78dfd85950575d369335e86ddcc181b0ba673db036d09e6f19',
  });
});

test.each([[undefined], [''], [[]], [['']]])('nothing is signed without a secret (WH-22): %j', (secret) => {
  const signing = { ...attempt, body: '{}', webexSignature: true, ...(secret !== undefined && { secret }) };
  expect(signatureHeaders(signing)).toEqual({ 'webhook-id': 'msg_1', 'webhook-timestamp': '1468929600' });
});

/** A receiver that verifies with the standard's own library. */
function receiverOf(secret: string): Webhook {
  return secret.startsWith('whsec_')
    ? new Webhook(secret)
    : new Webhook(Buffer.from(secret, 'utf8'), { format: 'raw' });
}

describe('Standard Webhooks', () => {
  /** The standard's own library refuses what is older than five minutes. */
  const now = { deliveryId: 'msg_1', timestampSeconds: Math.floor(Date.now() / 1000) };
  const body = fc.json();
  // HMAC fills a key up with zero bytes: secrets that differ in nothing else are one.
  const plainSecret = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => !text.startsWith('whsec_') && !text.includes('\0'));
  const standardSecret = fc
    .uint8Array({ minLength: 1, maxLength: 64 })
    .map((key) => `whsec_${Buffer.from(key).toString('base64')}`);

  test('the published example', () => {
    const signing = { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', body: '{"test": 2432232314}' };
    const example = { deliveryId: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestampSeconds: 1_614_265_330 };
    expect(signatureHeaders({ ...signing, ...example })).toMatchObject({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  test("the standard's library accepts what we sign, under any secret", () => {
    fc.assert(
      fc.property(fc.oneof(plainSecret, standardSecret), body, (secret, text) => {
        const headers = signatureHeaders({ ...now, secret, body: Buffer.from(text, 'utf8') });
        expect(receiverOf(secret).verify(text, headers)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('and refuses it when the body, the id, the time or the secret is another', () => {
    fc.assert(
      fc.property(plainSecret, plainSecret, body, (secret, otherSecret, text) => {
        fc.pre(secret !== otherSecret);
        const headers = signatureHeaders({ ...now, secret, body: text });
        const receiver = receiverOf(secret);
        expect(() => receiver.verify(`${text} `, headers)).toThrow('No matching signature');
        expect(() => receiver.verify(text, { ...headers, 'webhook-id': 'msg_2' })).toThrow('No matching signature');
        const later = { ...headers, 'webhook-timestamp': String(now.timestampSeconds + 1) };
        expect(() => receiver.verify(text, later)).toThrow('No matching signature');
        expect(() => receiverOf(otherSecret).verify(text, headers)).toThrow('No matching signature');
      }),
    );
  });

  test('while a secret rotates the holder of either accepts; X-Spark-Signature is of the newest', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.oneof(plainSecret, standardSecret), { minLength: 2, maxLength: 3 }),
        body,
        (secrets, text) => {
          const headers = signatureHeaders({ ...now, secret: secrets, body: text });
          for (const secret of secrets) expect(receiverOf(secret).verify(text, headers)).toEqual(JSON.parse(text));
          expect(headers['X-Spark-Signature']).toBe(
            createHmac('sha1', secrets[0] ?? '')
              .update(text)
              .digest('hex'),
          );
        },
      ),
    );
  });

  test.each(['whsec_', 'whsec_no base64!', 'whsec_abc'])(
    '%s is no standard secret: its own bytes are the key',
    (secret) => {
      const headers = signatureHeaders({ ...now, secret, body: '{}' });
      expect(new Webhook(Buffer.from(secret, 'utf8'), { format: 'raw' }).verify('{}', headers)).toEqual({});
    },
  );
});
