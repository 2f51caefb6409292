import { ApiError } from '../../core/errors.ts';
import type { Reader } from '../../db/index.ts';
import { findIntegration, type IntegrationRow } from '../integrations/store.ts';
import { isSecret } from '../secrets.ts';

/** How a client says who it is: in the body, in `Authorization: Basic`, or both alike. */
export interface ClientCredentials {
  authorization: string | undefined;
  client_id?: string | undefined;
  client_secret?: string | undefined;
}

/** The client that knows its secret. One error for every reason: it tells nobody which client ids there are. */
export async function clientOf(reader: Reader, credentials: ClientCredentials): Promise<IntegrationRow> {
  const { id, secret } = read(credentials);
  const integration = id === undefined ? undefined : await findIntegration(reader, id);
  if (!integration || secret === undefined || !isSecret(secret, integration.secretHash)) {
    throw new ApiError('clientInvalid');
  }
  return integration;
}

/** The client by its name alone, where it need not prove it; a secret that is given has to be right all the same. */
export async function clientNamed(reader: Reader, credentials: ClientCredentials): Promise<IntegrationRow> {
  const { id, secret } = read(credentials);
  const integration = id === undefined ? undefined : await findIntegration(reader, id);
  if (!integration || (secret !== undefined && !isSecret(secret, integration.secretHash))) {
    throw new ApiError('clientInvalid');
  }
  return integration;
}

function read({ authorization, client_id, client_secret }: ClientCredentials): { id?: string; secret?: string } {
  const basic = basicCredentials(authorization);
  if (basic && client_id !== undefined && client_id !== basic.id) {
    throw new ApiError('oauthRequestInvalid', { reason: 'The Authorization header and the body name two clients.' });
  }
  return (
    basic ?? {
      ...(client_id !== undefined && { id: client_id }),
      ...(client_secret !== undefined && { secret: client_secret }),
    }
  );
}

/** RFC 6749, 2.3.1: both halves are form encoded first. */
function basicCredentials(authorization: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^basic +([\w+/=-]+) *$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  return id === undefined || secret === undefined ? undefined : { id: decode(id), secret: decode(secret) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
