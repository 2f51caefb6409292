/** A URL as logs may hold it: the token of an incoming webhook stands in its path, and is a secret like any other. */
export function loggedPath(url: string): string {
  return url.replace(/(\/incoming\/+)[^/?#]+/, '$1…');
}
