/** The URL when it has a form that can be called at all, else a sentence that says what is wrong with it. */
export function readTarget(text: string): URL | string {
  const url = URL.parse(text);
  if (!url) return 'An absolute http or https URL is needed.';
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'Only http and https can be called.';
  if (url.username !== '' || url.password !== '') return 'A URL with a user name or a password in it cannot be called.';
  if (url.port === '0') return 'Port 0 cannot be called.';
  return url;
}
