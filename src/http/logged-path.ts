/** Values of a query that are secrets, or lead to some, under the names that OAuth and its pages have for them. */
const secretNames = new Set([
  'access_token',
  'client_secret',
  'code',
  'code_challenge',
  'code_verifier',
  'csrf',
  'device_code',
  'refresh_token',
  'state',
  'token',
  'user_code',
  'usercode',
]);

/** A URL as logs may hold it: the token of an incoming webhook stands in its path, and is a secret like any other. */
export function loggedPath(url: string): string {
  return url
    .replace(/(\/incoming\/+)[^/?#]+/, '$1…')
    .replaceAll(/([?&])([^=&#]*)=[^&#]*/g, (pair: string, before: string, name: string) =>
      secretNames.has(plain(name)) ? `${before}${name}=…` : pair,
    );
}

function plain(name: string): string {
  try {
    return decodeURIComponent(name).toLowerCase();
  } catch {
    return name.toLowerCase();
  }
}
