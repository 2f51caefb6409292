import { createHmac } from 'node:crypto';

export interface Signing {
  /** The newest first while a secret rotates. Without one (or with an empty one) nothing is signed (WH-22). */
  secret?: string | readonly string[];
  /** The bytes as they are sent (WH-20). */
  body: Buffer | string;
  /** The same in every attempt. */
  deliveryId: string;
  /** Seconds since 1970 of this attempt. */
  timestampSeconds: number;
  /** WH-24: adds `X-Webex-Signature`, which Webex itself never sends. */
  webexSignature?: boolean;
}

/**
 * The headers by which a receiver can tell that a notice is ours, and which one it is.
 *
 * - `X-Spark-Signature`: HMAC-SHA1 of the body in lower-case hex, keyed by the UTF-8 bytes of the newest secret (WH-23).
 * - `webhook-id`, `webhook-timestamp`, `webhook-signature`: Standard Webhooks. `v1,<base64 HMAC-SHA256 of id.timestamp.body>`
 *   for each secret, separated by blanks. `whsec_<base64>` stands for the bytes it encodes, as the standard has it; any
 *   other secret for its UTF-8 bytes.
 * - `X-Webex-Signature`, on request: HMAC-SHA256 of the body in lower-case hex, keyed like `X-Spark-Signature`.
 */
export function signatureHeaders(signing: Signing): Record<string, string> {
  const { body, deliveryId, timestampSeconds, webexSignature = false } = signing;
  const timestamp = String(timestampSeconds);
  const headers: Record<string, string> = { 'webhook-id': deliveryId, 'webhook-timestamp': timestamp };
  const secrets = secretsOf(signing.secret);
  const [newest] = secrets;
  if (newest === undefined) return headers;

  headers['X-Spark-Signature'] = createHmac('sha1', newest).update(body).digest('hex');
  headers['webhook-signature'] = secrets
    .map((secret) => createHmac('sha256', standardKey(secret)).update(`${deliveryId}.${timestamp}.`).update(body))
    .map((hmac) => `v1,${hmac.digest('base64')}`)
    .join(' ');
  if (webexSignature) headers['X-Webex-Signature'] = createHmac('sha256', newest).update(body).digest('hex');
  return headers;
}

function secretsOf(secret: string | readonly string[] | undefined): readonly string[] {
  const secrets = typeof secret === 'string' ? [secret] : (secret ?? []);
  return secrets.filter((text) => text !== '');
}

/** Padded to whole groups of four, as the standard's libraries want it. */
const STANDARD_SECRET = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==))$/;

/** What only looks like a standard secret was made up by somebody and is taken as text. */
function standardKey(secret: string): Buffer | string {
  const encoded = STANDARD_SECRET.exec(secret)?.[1];
  return encoded === undefined ? secret : Buffer.from(encoded, 'base64');
}
