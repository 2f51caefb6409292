import { z } from 'zod';

/** OAuth 2 as Webex speaks it (spec 1.4): RFC 6749, 7009, 7636, 8628. Its fields are written as those documents write them. */

/** What is no text, or comes twice, counts as absent: the answer is then an error in the words of OAuth. */
const parameter = z.string().optional().catch(undefined);

const client = { client_id: parameter, client_secret: parameter };

export const TokenRequest = z.object({
  ...client,
  grant_type: parameter,
  code: parameter,
  redirect_uri: parameter,
  code_verifier: parameter,
  refresh_token: parameter,
  device_code: parameter,
  scope: parameter,
  token: parameter,
});
export type TokenRequest = z.output<typeof TokenRequest>;

export const AccessToken = z
  .object({
    access_token: z.string(),
    expires_in: z.int().meta({ description: 'Seconds.' }),
    refresh_token: z.string().optional(),
    refresh_token_expires_in: z.int().optional(),
    token_type: z.literal('Bearer'),
    scope: z.string(),
  })
  .meta({ id: 'AccessToken' });
export type AccessToken = z.output<typeof AccessToken>;

export const RevocationRequest = z.object({ ...client, token: parameter, token_type_hint: parameter });
export type RevocationRequest = z.output<typeof RevocationRequest>;

export const DeviceAuthorizationRequest = z.object({ ...client, scope: parameter });
export type DeviceAuthorizationRequest = z.output<typeof DeviceAuthorizationRequest>;

export const DeviceAuthorization = z
  .object({
    device_code: z.string(),
    user_code: z.string(),
    verification_uri: z.string(),
    verification_uri_complete: z.string(),
    expires_in: z.int(),
    interval: z.int().meta({ description: 'Seconds to wait between two polls.' }),
  })
  .meta({ id: 'DeviceAuthorization' });
export type DeviceAuthorization = z.output<typeof DeviceAuthorization>;

export const GuestToken = z
  .object({ token: z.string(), expiresIn: z.int().meta({ description: 'Seconds.' }) })
  .meta({ id: 'GuestToken' });
export type GuestToken = z.output<typeof GuestToken>;

export const UserInfo = z
  .object({
    sub: z.string(),
    name: z.string().optional(),
    given_name: z.string().optional(),
    family_name: z.string().optional(),
    nickname: z.string().optional(),
    picture: z.string().optional(),
    email: z.string().optional(),
    email_verified: z.boolean().optional(),
  })
  .meta({ id: 'UserInfo' });
export type UserInfo = z.output<typeof UserInfo>;

/** Of the link to the consent page, and of its form. */
export const AuthorizeParameters = z.object({
  client_id: parameter,
  redirect_uri: parameter,
  response_type: parameter,
  scope: parameter,
  state: parameter,
  code_challenge: parameter,
  code_challenge_method: parameter,
});
export type AuthorizeParameters = z.output<typeof AuthorizeParameters>;

/** What a person answers on a page of consent. */
export const Consent = z.object({
  csrf: parameter,
  decision: parameter,
  /** Who signs in, where anybody may be picked. */
  person: parameter,
  /** Their access token, elsewhere. */
  token: parameter,
});
export type Consent = z.output<typeof Consent>;

export const DeviceParameters = z.object({ user_code: parameter, userCode: parameter });
