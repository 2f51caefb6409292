import type { ActiveWebhook } from './store.ts';

/** What a notice is signed with at that time, the present secret first; several while one takes over from another. */
export function secretsOf(
  {
    secret,
    previousSecret,
    previousSecretUntil,
  }: Pick<ActiveWebhook, 'secret' | 'previousSecret' | 'previousSecretUntil'>,
  now: number,
): string[] {
  const overlaps = previousSecret !== undefined && now < (previousSecretUntil ?? 0);
  return [...(secret === undefined ? [] : [secret]), ...(overlaps ? [previousSecret] : [])];
}
