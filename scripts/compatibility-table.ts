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

const notYet: Standing = { absent: 'Not yet.' };
const partial: Standing = { differs: 'No field of the body is required; what is not sent stays as it is.' };

/** By resource, then by operation: method and path below `/v1`. */
export const compatibility: Readonly<Record<string, Readonly<Record<string, Standing>>>> = {
  Rooms: {
    'GET /rooms': { differs: 'Sorting by `lastactivity` is exact with any number of rooms.' },
    'POST /rooms': {
      differs: 'Titles may have 1024 characters. `classificationId` is ignored: there are no classifications.',
    },
    'GET /rooms/{id}': 'as described',
    'PUT /rooms/{id}': partial,
    'DELETE /rooms/{id}': 'as described',
    'GET /rooms/{id}/meetingInfo': notYet,
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
    'POST /messages': { differs: 'No files and no cards yet: 400. A reply to a reply is refused.' },
    'GET /messages/direct': 'as described',
    'GET /messages/{id}': 'as described',
    'PUT /messages/{id}': notYet,
    'DELETE /messages/{id}': 'as described',
  },
  Contents: {
    'GET /contents/{id}': notYet,
    'HEAD /contents/{id}': notYet,
  },
  'Cards and attachment actions': {
    'POST /attachment/actions': notYet,
    'GET /attachment/actions/{id}': notYet,
  },
  People: {
    'GET /people': {
      differs: 'Anybody is found by their exact address; by name, who is in the own organization or shares a room.',
    },
    'POST /people': notYet,
    'GET /people/me': 'as described',
    'GET /people/{id}': {
      differs: '`invitePending` and `loginEnabled` are booleans. There is no presence: `status` is `unknown`.',
    },
    'PUT /people/{id}': notYet,
    'DELETE /people/{id}': notYet,
  },
  Teams: {
    'GET /teams': notYet,
    'POST /teams': notYet,
    'GET /teams/{id}': notYet,
    'PUT /teams/{id}': notYet,
    'DELETE /teams/{id}': notYet,
  },
  'Team memberships': {
    'GET /team/memberships': notYet,
    'POST /team/memberships': notYet,
    'GET /team/memberships/{id}': notYet,
    'PUT /team/memberships/{id}': notYet,
    'DELETE /team/memberships/{id}': notYet,
  },
  'Room tabs': {
    'GET /room/tabs': notYet,
    'POST /room/tabs': notYet,
    'GET /room/tabs/{id}': notYet,
    'PUT /room/tabs/{id}': notYet,
    'DELETE /room/tabs/{id}': notYet,
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
    'GET /events': notYet,
    'GET /events/{id}': notYet,
  },
  'OAuth and guests': {
    'GET /authorize': notYet,
    'POST /access_token': notYet,
    'POST /device/authorize': notYet,
    'POST /device/token': notYet,
    'POST /jwt/login': notYet,
  },
  'Incoming webhooks': {
    'POST /webhooks/incoming/{id}': notYet,
  },
  'Organizations, licences and roles': {
    'GET /organizations': notYet,
    'GET /organizations/{id}': notYet,
    'GET /licenses': notYet,
    'GET /licenses/{id}': notYet,
    'GET /roles': notYet,
    'GET /roles/{id}': notYet,
  },
};
