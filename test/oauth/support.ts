import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { AccessToken, Integration } from '../../src/contract/index.ts';
import { tokenOf, type Answer, type Name, type TestServer } from '../support/server.ts';

export type Registered = Integration & { clientSecret: string };

export const CALLBACK = 'https://app.example/callback';
export const VERIFIER = 'a-verifier-of-43-characters-or-more-0123456789';
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

export function register(server: TestServer, changes: object = {}, owner: Name = 'alice'): Promise<Registered> {
  return server.as(owner).ok<Registered>('POST', '/hearth/v1/integrations', {
    name: 'Build Bot',
    redirectUris: [CALLBACK],
    scopes: ['spark:rooms_read', 'spark:messages_write'],
    ...changes,
  });
}

/** What a form of ours says, as a browser would send it. */
export interface Form {
  action: string;
  fields: Record<string, string>;
}

/** Follows no redirect, keeps cookies, reads forms. */
export class Browser {
  readonly #server: TestServer;
  #cookie: string | undefined;

  constructor(server: TestServer) {
    this.#server = server;
  }

  async open(path: string): Promise<{ status: number; headers: Headers; text: string; form: Form }> {
    return this.#read(await fetch(new URL(path, this.#server.url), { redirect: 'manual', headers: this.#headers() }));
  }

  async submit({ action, fields }: Form, answers: Record<string, string>, headers: Record<string, string> = {}) {
    return this.#read(
      await fetch(new URL(action, this.#server.url), {
        method: 'POST',
        redirect: 'manual',
        headers: { ...this.#headers(), ...headers },
        body: new URLSearchParams({ ...fields, ...answers }),
      }),
    );
  }

  forgetCookies(): void {
    this.#cookie = undefined;
  }

  #headers(): Record<string, string> {
    return this.#cookie === undefined ? {} : { cookie: this.#cookie };
  }

  async #read(response: Response) {
    this.#cookie = response.headers.get('set-cookie')?.split(';')[0] ?? this.#cookie;
    const text = await response.text();
    const inputs = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    const action = /<form[^>]* action="([^"]+)"/.exec(text)?.[1] ?? '';
    const fields = Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, unescape(value)]));
    return { status: response.status, headers: response.headers, text, form: { action, fields } };
  }
}

function unescape(text: string): string {
  return text.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}

export function linkOf({ clientId }: Pick<Integration, 'clientId'>, changes: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'spark:rooms_read spark:messages_write',
    state: 'a state & more',
    ...changes,
  });
  return `/v1/authorize?${query.toString()}`;
}

/** Where the browser ends up when the person allows it. */
export async function allow(
  server: TestServer,
  integration: Pick<Integration, 'clientId'>,
  { as = 'bob', ...changes }: Record<string, string> = {},
): Promise<URL> {
  const browser = new Browser(server);
  const { form } = await browser.open(linkOf(integration, changes));
  const { status, headers, text } = await browser.submit(form, { decision: 'allow', token: tokenOf(as as Name) });
  expect(status, text).toBe(303);
  return new URL(headers.get('location') ?? '');
}

export async function ask<T = Record<string, string>>(
  server: TestServer,
  path: string,
  fields: Record<string, string>,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
): Promise<Answer<T>> {
  const response = await fetch(new URL(path, server.url), {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams(fields),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as T };
}

/** Tokens for what bob has allowed. */
export async function tokensFor(
  server: TestServer,
  integration: Registered,
  changes: Record<string, string> = {},
): Promise<AccessToken & { refresh_token: string }> {
  const code = (await allow(server, integration, changes)).searchParams.get('code') ?? '';
  const fields = { grant_type: 'authorization_code', code, redirect_uri: changes['redirect_uri'] ?? CALLBACK };
  const { status, body } = await ask<AccessToken & { refresh_token: string }>(
    server,
    '/v1/access_token',
    fields,
    integration,
  );
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
}
