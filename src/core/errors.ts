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
  filesUnsupported: { status: 400, message: 'Messages cannot carry files on this server yet: send text or markdown.' },
  cardsUnsupported: { status: 400, message: 'Messages cannot carry cards on this server yet: send text or markdown.' },
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
  descriptionMissing: { status: 400, message: 'A public room needs a description.' },
  teamsUnsupported: { status: 400, message: 'Rooms cannot belong to teams on this server yet.' },
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
  tooManyWebhooks: { status: 400, message: 'You have {limit} webhooks already, which is the limit.' },
  replayStartMissing: {
    status: 400,
    message: 'Give since or fromSequence: a replay of this kind has to be told where it begins.',
  },
  unauthorized: {
    status: 401,
    message: 'The request requires a valid access token set in the Authorization request header.',
  },
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
  mentionFilterForeign: { status: 403, message: 'mentionedPeople can only be me or your own id.' },
  moderatorsOnly: { status: 403, message: 'The room is locked: only a moderator may do this.' },
  announcementOnly: { status: 403, message: 'Only moderators may post in an announcement room.' },
  roomReadOnly: { status: 403, message: 'The room is read-only.' },
  tooManyDevices: {
    status: 403,
    // Webex's own words: its SDK makes room when it reads them.
    message: 'User has excessive device registrations',
    detail: 'You have {limit} devices with an open socket, which is the limit: close one of them first.',
  },
  notYourMessage: { status: 403, message: 'Only the author or a moderator may delete a message.' },
  roomNotFound: { status: 404, message: 'Could not find a room with provided ID.' },
  resourceNotFound: { status: 404, message: 'The requested resource could not be found.' },
  messageNotFound: { status: 404, message: 'Unable to get message.' },
  membershipNotFound: { status: 404, message: 'Failed to get membership' },
  personNotFound: { status: 404, message: 'Person not found' },
  emailNotFound: { status: 404, message: '{email} not found.' },
  webhookNotFound: { status: 404, message: 'Could not find a webhook with provided ID.' },
  deviceNotFound: { status: 404, message: 'Could not find a device with provided ID.' },
  replayNotFound: { status: 404, message: 'Could not find a replay with provided ID.' },
  deliveryNotFound: { status: 404, message: 'Could not find a delivery with provided ID.' },
  eventNotFound: { status: 404, message: 'Could not find an event with provided ID.' },
  routeNotFound: { status: 404, message: 'There is nothing at {method} {path}.' },
  methodNotAllowed: { status: 405, message: '{method} is not allowed here: use {allowed}.' },
  alreadyMember: { status: 409, message: 'Person is already in the room.' },
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
  mediaTypeUnsupported: { status: 415, message: "Content type '{type}' not supported" },
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

  constructor(code: ErrorCode, details: Details = {}, more: readonly string[] = []) {
    const entry: ErrorEntry = errors[code];
    super(fill(entry.message, details));
    this.code = code;
    this.status = entry.status;
    this.descriptions = [this.message, ...(entry.detail ? [fill(entry.detail, details)] : []), ...more];
  }
}

function fill(template: string, details: Details): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(details[name] ?? whole));
}
