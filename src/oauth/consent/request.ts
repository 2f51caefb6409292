import type { AuthorizeParameters } from '../../contract/index.ts';
import { ApiError } from '../../core/errors.ts';
import type { Reader } from '../../db/index.ts';
import { findIntegration, redirectUrisOf, type IntegrationRow } from '../integrations/store.ts';
import { isRegistered, withParameters } from '../redirect-uris.ts';
import { askedScopes, splitScopes } from '../scopes.ts';

/** What an integration asks a person for. */
export interface AuthorizationRequest {
  integration: IntegrationRow;
  redirectUri: string;
  state: string | undefined;
  scopes: string[];
  /** PKCE, S256. */
  challenge: string | null;
}

/** The integration is told, by way of the browser (RFC 6749, 4.1.2.1). */
export class SentBack extends Error {
  override name = 'SentBack';
  readonly uri: string;

  constructor({ redirectUri, state }: Pick<AuthorizationRequest, 'redirectUri' | 'state'>, error: string, why: string) {
    super(why);
    this.uri = withParameters(redirectUri, { error, error_description: why, state });
  }
}

/** RFC 7636, 4.2: SHA-256 in base64url. */
const CHALLENGE = /^[\w-]{43}$/;

/**
 * What a link to the page of consent asks for. Until it is known that the integration wants people sent to the place it names,
 * nobody is sent there.
 */
export async function readRequest(reader: Reader, parameters: AuthorizeParameters): Promise<AuthorizationRequest> {
  const { client_id: clientId = '', redirect_uri: redirectUri, state } = parameters;
  const integration = await findIntegration(reader, clientId);
  if (!integration) throw new ApiError('clientIdUnknown');
  if (redirectUri === undefined || !isRegistered(redirectUri, redirectUrisOf(integration))) {
    throw new ApiError('redirectUriMismatch');
  }
  const back = { redirectUri, state };
  if (parameters.response_type !== 'code') {
    throw new SentBack(back, 'unsupported_response_type', 'response_type has to be code.');
  }
  const { code_challenge: challenge, code_challenge_method: method } = parameters;
  // Without a method a challenge means plain, which protects from nobody who reads the link.
  if ((challenge !== undefined || method !== undefined) && (method !== 'S256' || !CHALLENGE.test(challenge ?? ''))) {
    throw new SentBack(back, 'invalid_request', 'code_challenge has to be of the method S256.');
  }
  const scopes = scopesOf(parameters, integration, back);
  return { integration, ...back, scopes, challenge: challenge ?? null };
}

function scopesOf(
  { scope }: AuthorizeParameters,
  integration: IntegrationRow,
  back: Pick<AuthorizationRequest, 'redirectUri' | 'state'>,
): string[] {
  try {
    return askedScopes(scope, splitScopes(integration.scopes));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new SentBack(back, 'invalid_scope', error.message);
  }
}
