/**
 * Every refusal the API knows: its status and its words. `{name}` is filled in from the details. Clients match some of
 * these texts (spec 1.7), so the wording is part of the interface; docs/reference/errors.md lists them all.
 */
export const errors = {
  invalidRequest: { status: 400, message: '{reason}' },
  malformedJson: { status: 400, message: 'The request body is not valid JSON: {reason}' },
  malformedId: { status: 400, message: 'Expect base64 ID or UUID.' },
  invalidCursor: { status: 400, message: 'The cursor is not one this server gave out.' },
  destinationMissing: {
    status: 400,
    message: 'Exactly one of the destination fields must not be empty (roomId, toPersonEmail, toPersonId)',
  },
  contentMissing: { status: 400, message: 'Both text and file cannot be empty.' },
  contentTooLong: { status: 400, message: '{field} is {bytes} bytes long; at most {limit} bytes are allowed.' },
  tooManyAttachments: { status: 400, message: 'A message can carry one attachment.' },
  attachmentTypeUnknown: {
    status: 400,
    message: "An attachment of type '{type}' is not supported: use application/vnd.microsoft.card.adaptive.",
  },
  cardTooLarge: { status: 400, message: 'The card is {bytes} bytes of JSON; at most {limit} bytes are allowed.' },
  cardInvalid: { status: 400, message: 'One (or more) of the arguments is invalid.' },
  cardMissing: {
    status: 400,
    message: 'Unable to post attachment action: "MessageId should point to an activity with cards"',
  },
  cardIsOwn: {
    status: 400,
    message: 'Unable to post attachment action: "Author of a card cannot submit a cardAction on that card"',
  },
  inputsTooLarge: { status: 400, message: 'inputs is {bytes} bytes of JSON; at most {limit} bytes are allowed.' },
  inputsTooDeep: { status: 400, message: 'inputs is nested more than {limit} levels deep.' },
  tooManyFiles: { status: 400, message: 'A message carries one file: send the others in messages of their own.' },
  fileUrlFailed: { status: 400, message: 'The file cannot be fetched from its URL: {reason}' },
  messageMovedRoom: { status: 400, message: 'roomId does not name the room that the message is in.' },
  messageNotEditable: { status: 400, message: 'A message with a file cannot be edited.' },
  editLimitReached: { status: 400, message: 'The message was edited {limit} times, which is the limit.' },
  messageToSelf: { status: 400, message: 'You cannot send a direct message to yourself.' },
  parentNotFound: { status: 400, message: 'parentId does not name a message of this room.' },
  parentIsReply: { status: 400, message: 'parentId names a reply: a thread has one level.' },
  personMissing: { status: 400, message: 'Must specify either personId or personEmail.' },
  membershipFilterNeedsRoom: {
    status: 400,
    message: 'personId and personEmail need roomId, unless they name yourself.',
  },
  peopleFilterMissing: { status: 400, message: 'Email, displayName, or id list should be specified.' },
  directRoomFixed: { status: 400, message: 'A 1:1 room has exactly two members: {action} is not possible.' },
  roomNotLocked: { status: 400, message: 'isAnnouncementOnly needs a locked room.' },
  groupRoomReadOnly: { status: 400, message: 'isReadOnly can only be set on a 1:1 room.' },
  descriptionMissing: { status: 400, message: 'A public room needs a description.' },
  classificationUnknown: {
    status: 400,
    message: 'classificationId does not name a classification: this server has none.',
  },
  publicRoomsOnly: { status: 400, message: '{field} can only be given with orgPublicSpaces=true.' },
  publicRoomsAlone: { status: 400, message: 'orgPublicSpaces cannot be combined with {field}.' },
  roomHasTeam: { status: 400, message: 'The room belongs to another team, and cannot be moved.' },
  moderatorOutsideTeam: { status: 400, message: 'Every moderator of the room must be a member of the team.' },
  notInTeam: { status: 400, message: 'Only members of the team can be added to its rooms.' },
  generalRoomFixed: { status: 400, message: 'This is the General room of a team: {action} is not possible.' },
  lastTeamModerator: { status: 400, message: 'This is the last moderator of the team: make somebody else one first.' },
  tabUrlInvalid: { status: 400, message: 'contentUrl must be an absolute https URL.' },
  tabOfOtherRoom: { status: 400, message: 'roomId must name the room that the tab is in: a tab cannot be moved.' },
  tooManyTabs: { status: 400, message: 'The room has {limit} tabs already, which is the limit.' },
  roomEmpty: { status: 400, message: 'Nobody is in the room: a compliance officer cannot add anybody to it.' },
  ownAccount: { status: 400, message: 'You cannot {action}: another administrator has to.' },
  botWithoutRights: { status: 400, message: 'A bot holds no roles and no licences.' },
  nameMissing: { status: 400, message: 'Give at least one of displayName, firstName, lastName.' },
  leaveFailed: { status: 400, message: 'Failed to leave room.' },
  deleteRoomFailed: { status: 400, message: 'Failed to delete room.' },
  nothingToChange: { status: 400, message: 'Nothing to change: give at least one of {fields}.' },
  hideGroupRoom: { status: 400, message: 'isRoomHidden can only be set on your own membership of a 1:1 room.' },
  webhookResourceUnknown: {
    status: 400,
    message: "resource '{resource}' is not available on this server: use one of {allowed}.",
  },
  webhookEventUnknown: {
    status: 400,
    message: "event '{event}' is not available for resource '{resource}': use one of {allowed}.",
  },
  webhookTargetInvalid: { status: 400, message: '{reason}' },
  filterInvalid: { status: 400, message: 'invalid value for filter: {key}' },
  filterKeyUnknown: {
    status: 400,
    message: 'invalid value for filter: {key}',
    detail: "'{key}' is not a filter of {resource}: use {allowed}.",
  },
  tooManyFaults: { status: 400, message: 'There are {limit} faults already, which is the limit: delete some.' },
  tooManyIncomingWebhooks: {
    status: 400,
    message: 'You have {limit} incoming webhooks already, which is the limit.',
  },
  tooManyWebhooks: { status: 400, message: 'You have {limit} webhooks already, which is the limit.' },
  tooManyIntegrations: { status: 400, message: 'You have {limit} integrations already, which is the limit.' },
  tooManyGuestIssuers: { status: 400, message: 'You have {limit} guest issuers already, which is the limit.' },
  tooManyTokens: {
    status: 400,
    message: 'You have {limit} tokens already, which is the limit: revoke one of them first.',
  },
  scopeUnknown: { status: 400, message: "There is no scope '{scope}' on this server." },
  scopeBeyondToken: {
    status: 400,
    message: "Your own token does not have the scope '{scope}', so it cannot give it away.",
  },
  expiryBeyondToken: { status: 400, message: 'Your own token ends at {time}: one that it makes cannot last longer.' },
  oauthRequestInvalid: { status: 400, message: '{reason}', error: 'invalid_request' },
  clientInvalid: {
    status: 400,
    message: 'The client is unknown, or its secret is wrong.',
    error: 'invalid_client',
  },
  grantInvalid: { status: 400, message: '{reason}', error: 'invalid_grant' },
  grantTypeUnsupported: {
    status: 400,
    message: "grant_type '{type}' is not available here: use one of {allowed}.",
    error: 'unsupported_grant_type',
  },
  scopeInvalid: { status: 400, message: '{reason}', error: 'invalid_scope' },
  deviceDenied: { status: 400, message: 'The person has refused.', error: 'access_denied' },
  deviceCodeExpired: { status: 400, message: 'The code has expired: begin again.', error: 'expired_token' },
  devicePolledTooOften: {
    status: 400,
    message: 'You ask too often: wait {seconds} seconds before you ask again.',
    error: 'slow_down',
  },
  clientIdUnknown: { status: 400, message: 'No integration has the client_id of this link.' },
  redirectUriMismatch: {
    status: 400,
    message: 'The redirect_uri of this link is not one that the integration is registered with.',
  },
  formExpired: { status: 400, message: 'This form is out of date: go back to the application and begin again.' },
  replayStartMissing: {
    status: 400,
    message: 'Give since or fromSequence: a replay of this kind has to be told where it begins.',
  },
  unauthorized: {
    status: 401,
    message: 'The request requires a valid access token set in the Authorization request header.',
  },
  guestTokenInvalid: { status: 401, message: 'The guest token cannot be accepted: {reason}' },
  forbidden: {
    status: 403,
    message:
      'The server understood the request, but refused to fulfill it because the access token is missing required scopes or the user is missing required roles or licenses.',
  },
  mentionFilterMissing: {
    status: 403,
    message: 'Failed to get activity.',
    detail: 'A bot reads a group room by what mentions it: add mentionedPeople=me.',
  },
  personalTokenOnly: {
    status: 403,
    message: 'This takes a token that was given to you directly, not one of an integration.',
  },
  guestToGuest: { status: 403, message: 'Guests cannot talk to guests.' },
  mentionFilterForeign: { status: 403, message: 'mentionedPeople can only be me or your own id.' },
  moderatorsOnly: { status: 403, message: 'The room is locked: only a moderator may do this.' },
  teamModeratorsOnly: { status: 403, message: 'Only a moderator of the team may do this.' },
  publicByOfficersOnly: { status: 403, message: 'Only a compliance officer may make a room public.' },
  officerOutside: {
    status: 403,
    message: 'A compliance officer who is not in the room may change only these of it: {fields}.',
  },
  announcementOnly: { status: 403, message: 'Only moderators may post in an announcement room.' },
  roomReadOnly: { status: 403, message: 'The room is read-only.' },
  tooManyDevices: {
    status: 403,
    // Webex's own words: its SDK makes room when it reads them.
    message: 'User has excessive device registrations',
    detail: 'You have {limit} devices with an open socket, which is the limit: close one of them first.',
  },
  notYourMessage: { status: 403, message: 'Only the author or a moderator may delete a message.' },
  notYoursToEdit: { status: 403, message: 'Only the author may edit a message.' },
  systemBotFixed: { status: 403, message: "The system bot is the server's own: nobody changes it." },
  roomNotFound: { status: 404, message: 'Could not find a room with provided ID.' },
  resourceNotFound: { status: 404, message: 'The requested resource could not be found.' },
  messageNotFound: { status: 404, message: 'Unable to get message.' },
  attachmentActionNotFound: { status: 404, message: 'Unable to get attachment action.' },
  contentNotFound: { status: 404, message: 'Could not find a file with provided ID.' },
  membershipNotFound: { status: 404, message: 'Failed to get membership' },
  teamNotFound: { status: 404, message: 'Could not find a team with provided ID.' },
  teamMembershipNotFound: { status: 404, message: 'Could not find a team membership with provided ID.' },
  tabNotFound: { status: 404, message: 'Could not find a room tab with provided ID.' },
  personNotFound: { status: 404, message: 'Person not found' },
  emailNotFound: { status: 404, message: '{email} not found.' },
  organizationNotFound: { status: 404, message: 'Could not find an organization with provided ID.' },
  licenseNotFound: { status: 404, message: 'Could not find a license with provided ID.' },
  roleNotFound: { status: 404, message: 'Could not find a role with provided ID.' },
  webhookNotFound: { status: 404, message: 'Could not find a webhook with provided ID.' },
  integrationNotFound: { status: 404, message: 'Could not find an integration with provided ID.' },
  guestIssuerNotFound: { status: 404, message: 'Could not find a guest issuer with provided ID.' },
  tokenNotFound: { status: 404, message: 'Could not find a token with provided ID.' },
  authorizationNotFound: { status: 404, message: 'Could not find an authorization with provided ID.' },
  deviceNotFound: { status: 404, message: 'Could not find a device with provided ID.' },
  replayNotFound: { status: 404, message: 'Could not find a replay with provided ID.' },
  deliveryNotFound: { status: 404, message: 'Could not find a delivery with provided ID.' },
  faultNotFound: { status: 404, message: 'Could not find a fault with provided ID.' },
  eventNotFound: { status: 404, message: 'Could not find an event with provided ID.' },
  routeNotFound: { status: 404, message: 'There is nothing at {method} {path}.' },
  methodNotAllowed: { status: 405, message: '{method} is not allowed here: use {allowed}.' },
  alreadyMember: { status: 409, message: 'Person is already in the room.' },
  alreadyInTeam: { status: 409, message: 'Person is already in the team.' },
  emailTaken: { status: 409, message: 'Somebody with the address {email} is there already.' },
  duplicateOrgWebhook: {
    status: 409,
    message: 'Your organization has a webhook with this resource and filter already.',
  },
  replayUnfinished: {
    status: 409,
    message: 'The webhook has a replay that is not finished: wait for it to end, or cancel it.',
  },
  replayStateUnfit: { status: 409, message: 'You cannot {action} a replay that is {state}.' },
  deliveryWaiting: { status: 409, message: 'The delivery waits for an attempt already, or is being sent.' },
  webhookInactive: { status: 409, message: 'The webhook is inactive: enable it first.' },
  bodyTooLarge: { status: 413, message: 'The request body is larger than {limit} bytes.' },
  fileTooLarge: { status: 413, message: 'The file is larger than {limit} bytes.' },
  mediaTypeUnsupported: { status: 415, message: "Content type '{type}' not supported" },
  rangeNotSatisfiable: { status: 416, message: 'The file has {size} bytes: the range names none of them.' },
  tooManyRequests: {
    status: 429,
    message:
      'The user has sent too many requests in a given amount of time. Please refer to the Retry-After response header to wait before making a new request.',
  },
  authorizationPending: {
    status: 428,
    message: 'The person has not decided yet: ask again later.',
    error: 'authorization_pending',
  },
  tooManyGuesses: { status: 429, message: 'Too many codes were wrong: try again in a minute.' },
  tooManyStreams: {
    status: 429,
    message: 'You follow {limit} streams already, which is the limit: end one of them first.',
  },
  streamsExhausted: {
    status: 429,
    message: 'This server has {limit} streams open, which is the limit: try again later.',
  },
  internal: { status: 500, message: 'Something went wrong on our side. Quote the trackingId when you report it.' },
  unavailable: { status: 503, message: 'The store cannot be written to right now. Try again shortly.' },
} as const satisfies Record<string, ErrorEntry>;

interface ErrorEntry {
  status: number;
  message: string;
  /** Said in a second `errors[]` entry, where the first one's wording is fixed by what clients expect. */
  detail?: string;
  /** What OAuth 2 calls it (RFC 6749, RFC 8628): told as `error`, beside Webex's fields. */
  error?: string;
}

export type ErrorCode = keyof typeof errors;
type Details = Readonly<Record<string, string | number>>;

/** A refusal on its way to the client. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly code: ErrorCode;
  readonly status: number;
  /** `errors[].description`, the message first (ERR-2). */
  readonly descriptions: readonly string[];
  /** The word of OAuth 2 for it. */
  readonly oauthError: string | undefined;

  constructor(code: ErrorCode, details: Details = {}, more: readonly string[] = []) {
    const entry: ErrorEntry = errors[code];
    super(fill(entry.message, details));
    this.code = code;
    this.status = entry.status;
    this.oauthError = entry.error;
    this.descriptions = [this.message, ...(entry.detail ? [fill(entry.detail, details)] : []), ...more];
  }
}

function fill(template: string, details: Details): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(details[name] ?? whole));
}
