import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../../core/errors.ts';

const COOKIE = 'hearth_form';

/**
 * What a form carries, and a cookie with it: another site can make a browser send a form, but neither read this one nor have
 * the cookie sent along.
 */
export function formKey(request: FastifyRequest, reply: FastifyReply): string {
  // The same one for every page of a browser, so that two that are open at a time both work.
  const key = keyInCookie(request) ?? randomBytes(32).toString('base64url');
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Lax', ...(request.protocol === 'https' ? ['Secure'] : [])];
  reply.header('set-cookie', [`${COOKIE}=${key}`, ...attributes].join('; '));
  return key;
}

export function mustBeOwnForm(request: FastifyRequest, given: string | undefined): void {
  const { 'sec-fetch-site': site } = request.headers;
  const key = keyInCookie(request);
  const fits = key !== undefined && given !== undefined && areEqual(key, given);
  // Browsers that say where a request comes from are believed.
  if (!fits || (site !== undefined && site !== 'same-origin')) throw new ApiError('formExpired');
}

function keyInCookie({ headers }: FastifyRequest): string | undefined {
  return new RegExp(`(?:^|; *)${COOKIE}=([\\w-]{43})(?:;|$)`).exec(headers.cookie ?? '')?.[1];
}

function areEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
