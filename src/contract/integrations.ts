import { z } from 'zod';
import { cursorParameter, listOf, maxParameter, publicIdText, timestamp } from './common.ts';

/** What is registered with this server to act for people, or to vouch for guests; and what people have let them do. */

const name = z
  .string({ error: 'name cannot be empty' })
  .max(128, 'name is longer than 128 characters.')
  .refine((text) => text.trim() !== '', 'name cannot be empty');
const description = z.string().max(1024, 'description is longer than 1024 characters.');
const redirectUris = z
  .array(z.string().max(2048, 'redirectUris: one is longer than 2048 characters.'))
  .min(1, 'redirectUris must name at least one.')
  .max(20, 'redirectUris lists at most 20.')
  .meta({ description: 'Compared character by character; the port of a loopback address is free (RFC 8252).' });
const scopes = z.array(z.string()).min(1, 'scopes must name at least one.').max(100, 'scopes lists at most 100.');

export const Integration = z
  .object({
    id: publicIdText.meta({ description: 'Also the `appId` of webhooks that it registers.' }),
    clientId: z.string(),
    name: z.string(),
    description: z.string().optional(),
    redirectUris: z.array(z.string()),
    scopes: z.array(z.string()),
    created: timestamp,
    lastModified: timestamp,
  })
  .meta({ id: 'Integration' });
export type Integration = z.output<typeof Integration>;

export const IntegrationList = listOf(Integration);

const clientSecret = z.string().meta({ description: 'Shown this once; the server keeps a hash.' });
export const IntegrationWithSecret = Integration.extend({ clientSecret }).meta({ id: 'IntegrationWithSecret' });

export const IntegrationCreate = z.object({ name, description: description.optional(), redirectUris, scopes });
export type IntegrationCreate = z.output<typeof IntegrationCreate>;

/** Other fields are ignored, so that an integration that was read can be sent back whole. */
export const IntegrationUpdate = z.object({
  name: name.optional(),
  description: description.optional().meta({ description: 'An empty text removes it.' }),
  redirectUris: redirectUris.optional(),
  scopes: scopes.optional().meta({ description: 'What was granted before stays granted.' }),
});
export type IntegrationUpdate = z.output<typeof IntegrationUpdate>;

export const GuestIssuer = z
  .object({
    id: publicIdText.meta({ description: 'The `iss` of guest tokens, and the organization of its guests.' }),
    name: z.string(),
    created: timestamp,
  })
  .meta({ id: 'GuestIssuer' });
export type GuestIssuer = z.output<typeof GuestIssuer>;

export const GuestIssuerList = listOf(GuestIssuer);

export const GuestIssuerWithSecret = GuestIssuer.extend({
  secret: z.string().meta({ description: 'Base64 of the key that signs guest tokens (HS256); shown this once.' }),
}).meta({ id: 'GuestIssuerWithSecret' });

export const GuestIssuerCreate = z.object({ name });
export type GuestIssuerCreate = z.output<typeof GuestIssuerCreate>;

export const Authorization = z
  .object({
    id: z.string(),
    integration: z.object({ id: publicIdText, name: z.string(), ownerEmail: z.string() }),
    scopes: z.array(z.string()),
    created: timestamp,
    expires: timestamp.meta({ description: 'Unless its refresh token is used before.' }),
  })
  .meta({ id: 'Authorization' });
export type Authorization = z.output<typeof Authorization>;

export const AuthorizationList = listOf(Authorization);

export const PersonalToken = z
  .object({
    id: z.string(),
    name: z.string().optional(),
    scopes: z.array(z.string()),
    created: timestamp,
    expires: timestamp.optional(),
  })
  .meta({ id: 'PersonalToken' });
export type PersonalToken = z.output<typeof PersonalToken>;

export const PersonalTokenList = listOf(PersonalToken);

export const NewPersonalToken = PersonalToken.extend({
  token: z.string().meta({ description: 'Shown this once; the server keeps a hash.' }),
}).meta({ id: 'NewPersonalToken' });
export type NewPersonalToken = z.output<typeof NewPersonalToken>;

/** Ten years, in seconds. */
const LONGEST_S = 315_360_000;

export const PersonalTokenCreate = z.object({
  name: name.optional(),
  scopes: scopes.optional().meta({ description: 'No more than your own token has; all of those when absent.' }),
  expiresIn: z
    .number('expiresIn must be a number of seconds.')
    .int('expiresIn must be a whole number of seconds.')
    .min(60, 'expiresIn must be at least 60 seconds.')
    .max(LONGEST_S, `expiresIn must be at most ${LONGEST_S} seconds.`)
    .optional()
    .meta({ description: 'Seconds; as long as your own token when absent.' }),
});
export type PersonalTokenCreate = z.output<typeof PersonalTokenCreate>;

/** Of every list on this page. */
export const OwnQuery = z.object({ max: maxParameter(100, 1000), cursor: cursorParameter });
export type OwnQuery = z.output<typeof OwnQuery>;
