import { ApiError } from '../core/errors.ts';

/** Where an integration may have people sent back to. */
export function redirectUrisMustFit(uris: readonly string[]): void {
  for (const uri of uris) {
    const reason = complaint(uri);
    if (reason !== undefined) throw new ApiError('invalidRequest', { reason: `redirectUris: ${reason}` });
  }
}

function complaint(uri: string): string | undefined {
  // The parser would forgive blanks and line breaks; what is compared later is the text itself.
  if (!/^[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri)) return `'${uri}' is not an absolute URL.`;
  const { protocol, host, username, password } = new URL(uri);
  if (uri.includes('#')) return `'${uri}' has a fragment, which never reaches a server.`;
  if (username !== '' || password !== '') return `'${uri}' carries a name or a password.`;
  if (protocol === 'http:' || protocol === 'https:') {
    return /^https?:\/\//i.test(uri) && host !== '' ? undefined : `'${uri}' names no host.`;
  }
  // RFC 8252, 7.1: the scheme of an app is a domain name turned round. A scheme without a dot may be one that browsers run.
  return protocol.includes('.')
    ? undefined
    : `'${uri}' needs http, https, or a scheme of the app such as com.example.app.`;
}

/** Character by character, but for the port of a loopback address (RFC 8252, 7.3). */
export function isRegistered(uri: string, registered: readonly string[]): boolean {
  return (
    registered.includes(uri) || registered.some((candidate) => isLoopback(candidate) && sameButPort(uri, candidate))
  );
}

/** `localhost` too, where Webex's samples listen. */
const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)(?::\d{1,5})?(?=[/?]|$)/;

function isLoopback(uri: string): boolean {
  return LOOPBACK.test(uri);
}

function sameButPort(uri: string, candidate: string): boolean {
  return LOOPBACK.test(uri) && URL.canParse(uri) && withoutPort(uri) === withoutPort(candidate);
}

function withoutPort(uri: string): string {
  return uri.replace(LOOPBACK, (authority) => authority.replace(/:\d+$/, ''));
}

/** The URI with these parameters added to its query; those without a value are left out. */
export function withParameters(uri: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const query = new URLSearchParams(given).toString();
  return uri + (uri.includes('?') ? '&' : '?') + query;
}
