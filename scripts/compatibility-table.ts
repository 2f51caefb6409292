/**
 * What there is of the Webex messaging API, operation by operation: the source of docs/reference/compatibility.md. Tests hold
 * it against the routes of the server and against the official description.
 */

export type Standing =
  | 'as described'
  /** There, and different in this. */
  | { differs: string }
  /** Not there, and what to do. */
  | { absent: string };

const oneOrganization: Standing = { differs: 'The own organization alone; there are no partners.' };
const licences = 'Licences are kept and shown; nothing on this server is opened or closed by one.';
const partial: Standing = { differs: 'No field of the body is required; what is not sent stays as it is.' };

/** By resource, then by operation: method and path below `/v1`. */
export const compatibility: Readonly<Record<string, Readonly<Record<string, Standing>>>> = {
  Rooms: {
    'GET /rooms': { differs: 'Sorting by `lastactivity` is exact with any number of rooms.' },
    'POST /rooms': {
      differs: 'Titles may have 1024 characters. `classificationId` is refused: there are no classifications.',
    },
    'GET /rooms/{id}': 'as described',
    'PUT /rooms/{id}': partial,
    'DELETE /rooms/{id}': 'as described',
    'GET /rooms/{id}/meetingInfo': {
      differs: 'Placeholders that stay the same and lead nowhere: there are no meetings.',
    },
  },
  Memberships: {
    'GET /memberships': {
      differs: '`personId` and `personEmail` are allowed without `roomId` when they name the caller, as SDKs use them.',
    },
    'POST /memberships': {
      differs:
        'An address that nobody has is answered with 404 instead of inviting somebody. A room that the caller is not in is 404 (once 502).',
    },
    'GET /memberships/{id}': 'as described',
    'PUT /memberships/{id}': partial,
    'DELETE /memberships/{id}': 'as described',
  },
  Messages: {
    'GET /messages': 'as described',
    'POST /messages': {
      differs:
        'A reply to a reply is refused. A file by URL is fetched before the answer, and refused when it cannot be. Cards are checked up to version 1.3, and have five actions in one list.',
    },
    'GET /messages/direct': 'as described',
    'GET /messages/{id}': 'as described',
    'PUT /messages/{id}': 'as described',
    'DELETE /messages/{id}': 'as described',
  },
  Contents: {
    'GET /contents/{id}': {
      differs: 'Nothing is scanned: no 423 and no 428, and `allow=unscannable` changes nothing. Ranges are answered.',
    },
    'HEAD /contents/{id}': 'as described',
  },
  'Cards and attachment actions': {
    'POST /attachment/actions': { differs: 'Answered with 200, as the hosted service does; its description says 202.' },
    'GET /attachment/actions/{id}': 'as described',
  },
  People: {
    'GET /people': {
      differs: 'Anybody is found by their exact address; by name, who is in the own organization or shares a room.',
    },
    'POST /people': {
      differs:
        'An address in `webex.bot` or `sparkbot.io` makes a bot. Nothing acts on phone numbers, locations and licences.',
    },
    'GET /people/me': 'as described',
    'GET /people/{id}': {
      differs:
        '`invitePending` and `loginEnabled` are booleans. `status` is `active`, `inactive`, `pending` or `unknown`: there are no calls and meetings to tell of.',
    },
    'PUT /people/{id}': {
      differs:
        'The address, roles, licences and `loginEnabled` stay when they are not sent. No administrator demotes themselves.',
    },
    'DELETE /people/{id}': {
      differs: 'What they wrote stays, with their name on it. No administrator deletes themselves.',
    },
  },
  Teams: {
    'GET /teams': 'as described',
    'POST /teams': { differs: 'No webhook tells of teams; what happens to one is told of its rooms.' },
    'GET /teams/{id}': 'as described',
    'PUT /teams/{id}': partial,
    'DELETE /teams/{id}': { differs: 'The team and its rooms are archived, and nothing brings them back yet.' },
  },
  'Team memberships': {
    'GET /team/memberships': 'as described',
    'POST /team/memberships': {
      differs: 'An address that nobody has is answered with 404 instead of inviting somebody.',
    },
    'GET /team/memberships/{id}': 'as described',
    'PUT /team/memberships/{id}': partial,
    'DELETE /team/memberships/{id}': {
      differs:
        'The last moderator cannot go while somebody else is in the team. Who leaves a team leaves all of its rooms.',
    },
  },
  'Room tabs': {
    'GET /room/tabs': { differs: 'One page: a room has 100 tabs at most.' },
    'POST /room/tabs': { differs: '`contentUrl` is https. In a moderated room tabs are for moderators to change.' },
    'GET /room/tabs/{id}': 'as described',
    'PUT /room/tabs/{id}': 'as described',
    'DELETE /room/tabs/{id}': 'as described',
  },
  Webhooks: {
    'GET /webhooks': { differs: 'Newest first. `orgId`, `createdBy` and `appId` are there, as in real answers.' },
    'POST /webhooks': {
      differs:
        '`all` is accepted for `resource` and `event`. Without the scope to read the resource it is refused instead of staying silent. Resources of other products (calling, meetings) are refused.',
    },
    'GET /webhooks/{id}': 'as described',
    'PUT /webhooks/{id}': {
      differs: 'No field of the body is required. An empty `secret` removes it; any `status` but `active` is ignored.',
    },
    'DELETE /webhooks/{id}': { differs: 'A webhook that is not there is 404.' },
  },
  Events: {
    'GET /events': {
      differs:
        'Of messages, memberships, rooms, tabs and submissions of cards; the names of other products are taken and find nothing. A page looks at 10,000 events and may be short or empty: its `Link` goes on.',
    },
    'GET /events/{id}': 'as described',
  },
  'OAuth and guests': {
    'GET /authorize': {
      differs: 'A page of Hearth, where a person signs in with an access token of theirs. No implicit grant.',
    },
    'POST /access_token': {
      differs: 'Errors carry `error` and `error_description` of OAuth beside the fields of Webex.',
    },
    'POST /device/authorize': 'as described',
    'POST /device/token': 'as described',
    'GET /userinfo': { differs: '`sub`, the name and the address. There is no `id_token` and no discovery document.' },
    'POST /jwt/login': { differs: 'Issuers of guests are registered at `/hearth/v1/guest-issuers`.' },
  },
  'Incoming webhooks': {
    'POST /webhooks/incoming/{id}': { differs: 'They are made at `/hearth/v1/incoming-webhooks`.' },
  },
  'Organizations, licences and roles': {
    'GET /organizations': oneOrganization,
    'GET /organizations/{id}': oneOrganization,
    'GET /licenses': { differs: licences },
    'GET /licenses/{id}': { differs: licences },
    'GET /roles': { differs: '`Full Administrator` and `Compliance Officer`.' },
    'GET /roles/{id}': 'as described',
  },
};
