/** Which part of an exchange a deviation is about. */
export type Part = 'status' | 'answer' | 'query' | 'body';

/**
 * Something that Hearth answers or takes although the official OpenAPI file does not describe it. Most are defects of that
 * file; each has its reason. Whatever else differs fails the test in which it happened.
 */
export interface Deviation {
  operations: 'all' | readonly string[];
  part: Part;
  at: 'anything' | readonly string[];
  /** The keyword of JSON Schema that objects; `additionalProperties`: an unnamed field; `null`: whatever is null. */
  rules: readonly string[];
  because: string;
  /** Where the reason is from. */
  source?: string;
}

const messages = [
  'POST /messages',
  'PUT /messages/{id}',
  'GET /messages/{id}',
  'GET /messages',
  'GET /messages/direct',
];
const webhooks = ['GET /webhooks', 'POST /webhooks', 'GET /webhooks/{id}', 'PUT /webhooks/{id}'];
const people = ['GET /people', 'POST /people', 'GET /people/{id}', 'GET /people/me', 'PUT /people/{id}'];
const teams = ['GET /teams', 'POST /teams', 'GET /teams/{id}', 'PUT /teams/{id}'];
const puts = ['memberships', 'messages', 'people', 'rooms', 'teams', 'team/memberships', 'webhooks'].map(
  (resource) => `PUT /${resource}/{id}`,
);

/** Of one object and of each in a list. */
function both(...fields: string[]): string[] {
  return fields.flatMap((field) => [field, `items/*/${field}`]);
}

export const deviations: readonly Deviation[] = [
  {
    operations: ['POST /attachment/actions'],
    part: 'status',
    at: ['200'],
    rules: ['enum'],
    because: 'The file says 202; SDKs take anything but 200 for a failure.',
    source: 'spec 1.3',
  },
  {
    operations: 'all',
    part: 'status',
    at: ['413'],
    rules: ['enum'],
    because: 'A body that is too large is 413; the file forgets the status.',
  },
  {
    operations: messages,
    part: 'answer',
    at: both('html', 'parentId', 'updated', 'mentionedPeople', 'mentionedGroups', 'attachments', 'isVoiceClip'),
    rules: ['additionalProperties'],
    because: 'The file has three schemas for one thing, each without some fields that the text and the SDKs have.',
  },
  ...(['body', 'answer'] as const).map((part) => ({
    operations: messages,
    part,
    at: both('attachments/**'),
    rules: ['additionalProperties', 'required', 'enum', 'type'],
    because: 'Its schema of an attachment is a file link; cards are `contentType` and `content`.',
    source: 'CARD-1',
  })),
  {
    operations: ['POST /messages'],
    part: 'body',
    at: ['files'],
    rules: ['type'],
    because: 'One file may be a text instead of a list of one: frameworks send it so.',
  },
  {
    operations: ['POST /attachment/actions', 'GET /attachment/actions/{id}'],
    part: 'answer',
    at: ['inputs/**'],
    rules: ['additionalProperties'],
    because: 'The file has the inputs of its example; they are what the card asks for.',
  },
  {
    operations: webhooks,
    part: 'answer',
    at: both('orgId', 'createdBy', 'appId'),
    rules: ['additionalProperties'],
    because: 'Real answers and notices have them, and frameworks read them.',
    source: 'spec 4.1',
  },
  {
    operations: webhooks,
    part: 'answer',
    at: both('resource', 'event'),
    rules: ['enum'],
    because: '`all` is documented and missing from the enumeration.',
  },
  {
    operations: webhooks,
    part: 'body',
    at: ['resource', 'event'],
    rules: ['enum'],
    because: '`all` is documented and missing from the enumeration.',
  },
  {
    operations: teams,
    part: 'answer',
    at: both('creatorId'),
    rules: ['additionalProperties'],
    because: 'Real answers have it; the file forgets it.',
  },
  {
    operations: ['GET /events', 'GET /events/{id}'],
    part: 'answer',
    at: both('data/**'),
    rules: ['additionalProperties'],
    because: 'The file has the data of its example, a message of a few fields; it is what the resource has.',
  },
  {
    operations: ['POST /people'],
    part: 'query',
    at: ['minResponse'],
    rules: ['type'],
    because: 'True and false are taken in any case of their letters.',
  },
  {
    operations: people,
    part: 'answer',
    at: both('userName'),
    rules: ['additionalProperties'],
    because: 'Seen on bots.',
  },
  {
    operations: people,
    part: 'answer',
    at: both('invitePending', 'loginEnabled'),
    rules: ['type', 'enum'],
    because: 'The file has the texts "true" and "false"; they are booleans.',
    source: 'spec 3.6',
  },
  {
    operations: puts,
    part: 'body',
    at: 'anything',
    rules: ['required'],
    because: 'The file asks for every field in a PUT; SDKs send what changes.',
  },
  {
    operations: ['PUT /webhooks/{id}'],
    part: 'body',
    at: ['status'],
    rules: ['enum'],
    because: 'SDKs put back the whole object that they have read; any status but `active` is ignored.',
    source: 'HTTP-16',
  },
  {
    operations: 'all',
    part: 'body',
    at: 'anything',
    rules: ['null'],
    because: 'What is null counts as not sent.',
    source: 'HTTP-17',
  },
  {
    operations: 'all',
    part: 'body',
    at: ['content-type'],
    rules: ['enum'],
    because: 'The file knows JSON only; forms and, for files, multipart are documented.',
    source: 'HTTP-11, HTTP-12',
  },
];
