import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { draw, fits, isAbout, isTurnOf, type Call, type Conditions, type Occasions } from './match.ts';

describe('fits', () => {
  test.each([
    ['/v1/messages', '/v1/messages', true],
    ['/v1/messages', '/v1/messages/', true],
    ['/v1//messages/', '/v1/messages', true],
    ['/v1/messages', '/v1/messages/M', false],
    ['/v1/messages', '/v1/Messages', false],
    ['/v1/rooms/*', '/v1/rooms/R', true],
    ['/v1/rooms/*', '/v1/rooms/R/meetingInfo', true],
    ['/v1/rooms/*', '/v1/rooms', false],
    ['/v1/*', '/v1/people/me', true],
    ['/v1/*', '/hearth/v1/replays', false],
    ['/*', '/healthz', true],
    ['/*', '/', false],
    ['/hearth/v1/webhooks/*/secret', '/hearth/v1/webhooks/W/secret', true],
    ['/hearth/v1/webhooks/*/secret', '/hearth/v1/webhooks/W/X/secret', false],
    ['/v1/messages/{id}', '/v1/messages/{id}', true],
    ['/v1/mess*', '/v1/messages', false],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(fits(pattern, path)).toBe(expected);
  });

  test('a path fits itself, and itself with any segment replaced by a star', () => {
    const segment = fc.stringMatching(/^[a-z0-9]{1,5}$/);
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 6 }), fc.nat(), (segments, at) => {
        const path = `/${segments.join('/')}`;
        expect(fits(path, path)).toBe(true);
        expect(fits(`/${segments.with(at % segments.length, '*').join('/')}`, path)).toBe(true);
        expect(fits(`${path}/*`, path)).toBe(false);
      }),
    );
  });
});

describe('isAbout', () => {
  const alice = { uuid: 'alice', email: 'alice@acme.example' };
  const get: Call = { method: 'GET', path: '/v1/messages/M', route: '/v1/messages/{id}', person: alice };
  const anonymous: Call = { ...get, person: undefined };
  const direct: Call = { ...get, path: '/v1/messages/direct', route: '/v1/messages/direct' };
  const nowhere: Call = { ...get, path: '/v1/nowhere', route: undefined };

  test.each<[string, Partial<Conditions>, Call, boolean]>([
    ['everything of the API', {}, get, true],
    ['the method', { methods: ['PUT', 'GET'] }, get, true],
    ['another method', { methods: ['PUT'] }, get, false],
    ['the path as it is described', { path: '/v1/messages/{id}' }, get, true],
    ['which is not another path that looks like it', { path: '/v1/messages/{id}' }, direct, false],
    ['the path as it is called', { path: '/v1/messages/M' }, get, true],
    ['a path where nothing is', { path: '/v1/nowhere' }, nowhere, true],
    ['the person', { personUuid: 'alice' }, get, true],
    ['another person', { personUuid: 'bob' }, get, false],
    ['the address, whatever its case', { personEmail: 'Alice@Acme.Example' }, get, true],
    ['another address', { personEmail: 'bob@acme.example' }, get, false],
    ['nobody', { personEmail: 'alice@acme.example' }, anonymous, false],
    ['all that is asked for', { methods: ['GET'], path: '/v1/rooms/*', personUuid: 'alice' }, get, false],
  ])('%s', (_, conditions, call, expected) => {
    expect(isAbout({ path: '/v1/*', ...conditions }, call)).toBe(expected);
  });
});

describe('isTurnOf', () => {
  const turns = (occasions: Partial<Occasions>, of = 12) =>
    Array.from({ length: of }, (_, at) => at + 1).filter((number) => isTurnOf({ seed: 0, ...occasions }, number));

  test.each<[Partial<Occasions>, number[]]>([
    [{}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
    [{ nth: 3 }, [3]],
    [{ from: 11 }, [11, 12]],
    [{ to: 2 }, [1, 2]],
    [{ from: 3, to: 4 }, [3, 4]],
    [{ every: 5 }, [5, 10]],
    [{ every: 1 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
    [{ every: 4, from: 3 }, [6, 10]],
    [{ every: 2, to: 5 }, [2, 4]],
    [{ probability: 0 }, []],
    [{ probability: 1, nth: 2 }, [2]],
  ])('%j', (occasions, expected) => {
    expect(turns(occasions)).toEqual(expected);
  });

  test('a probability is kept in the long run, by the same requests each time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_294_967_295 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, probability) => {
          const hit = turns({ probability, seed }, 5_000);
          expect(Math.abs(hit.length / 5_000 - probability)).toBeLessThan(0.05);
          expect(turns({ probability, seed }, 5_000)).toEqual(hit);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('another seed: other requests', () => {
    expect(turns({ probability: 0.5, seed: 1 }, 100)).not.toEqual(turns({ probability: 0.5, seed: 2 }, 100));
  });

  test('whatever else is asked for only makes it fewer', () => {
    const whole = fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined });
    const likely = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined });
    const seed = fc.nat();
    fc.assert(
      fc.property(
        fc.record({ nth: whole, from: whole, to: whole, every: whole, probability: likely, seed }),
        fc.constantFrom('nth', 'to', 'probability'),
        (occasions, key) => {
          const { [key]: _, ...fewer } = occasions;
          expect(turns(fewer as Occasions)).toEqual(expect.arrayContaining(turns(occasions as Occasions)));
        },
      ),
    );
  });
});

test('what is drawn lies from 0 up to 1', () => {
  fc.assert(
    fc.property(fc.nat(4_294_967_295), fc.nat(), (seed, number) => {
      const drawn = draw(seed, number);
      expect(drawn).toBeGreaterThanOrEqual(0);
      expect(drawn).toBeLessThan(1);
    }),
  );
});
