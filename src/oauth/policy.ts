import type { FastifyRequest } from 'fastify';
import { covers, hasScope, type Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';

/** What makes or shows credentials is not for integrations, whatever they were granted: they could outlive the grant. */
export function mustActDirectly(caller: Caller): void {
  if (caller.grantId !== undefined) throw new ApiError('personalTokenOnly');
}

/** Registering clients, and ending what others were granted, takes all that a person can do in messaging. */
export function mayRegisterClients(caller: Caller): void {
  mustActDirectly(caller);
  if (caller.type !== 'person' || !hasScope(caller, 'spark:all')) throw new ApiError('forbidden');
}

/** Nobody gives away what their own token does not have. */
export function mustHold(caller: Caller, scopes: readonly string[]): void {
  const beyond = scopes.find((scope) => !covers(caller.scopes, scope));
  if (beyond !== undefined) throw new ApiError('scopeBeyondToken', { scope: beyond });
}

/**
 * What is ours shows of all webhooks of a person what they were told, and what their receivers answered. An integration sees
 * that when it may read all that webhooks tell of; a token that somebody made for themselves sees it in any case.
 */
export async function mayLookBehindWebhooks({ caller }: Pick<FastifyRequest, 'caller'>): Promise<void> {
  if (caller.grantId === undefined) return;
  const reads = ['spark:messages_read', 'spark:memberships_read', 'spark:rooms_read'] as const;
  if (!reads.every((scope) => hasScope(caller, scope))) throw new ApiError('forbidden');
}
