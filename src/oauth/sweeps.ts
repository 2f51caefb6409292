import type { Clock } from '../core/clock.ts';
import type { Writer } from '../db/index.ts';

/** How long it is still told that a device code has expired, and not only that it is unknown (ms). */
const REMEMBERED_MS = 3_600_000;

interface Expiring {
  of: string;
  step(tx: Writer, limit: number): Promise<{ gone: number; more: boolean }>;
  again(): void;
}

/** What has ended, a few rows at a time: nobody looks for it again, so none of it is looked for in a hurry. */
export function expirySweeps(clock: Clock): Expiring[] {
  return [
    ending('tokens', 'expiresAt', () => clock.now()),
    ending('grants', 'refreshExpiresAt', () => clock.now()),
    ending('authorizationCodes', 'expiresAt', () => clock.now()),
    ending('deviceCodes', 'expiresAt', () => clock.now() - REMEMBERED_MS),
  ];
}

function ending(
  table: 'tokens' | 'grants' | 'authorizationCodes' | 'deviceCodes',
  column: 'expiresAt' | 'refreshExpiresAt',
  until: () => number,
): Expiring {
  return {
    of: table,
    async step({ query }, limit) {
      // The tables agree in what is asked of them; their columns differ in name alone.
      const from = table as 'tokens';
      const end = column as 'expiresAt';
      const gone = await query
        .deleteFrom(from)
        .where('id', 'in', (eb) => eb.selectFrom(from).select('id').where(end, '<=', until()).orderBy(end).limit(limit))
        .returning('id')
        .execute();
      return { gone: gone.length, more: gone.length === limit };
    },
    again() {},
  };
}
