import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../core/errors.ts';
import { cardsWithin } from './cards-of.ts';

const limits = { bytes: 22_528, actions: 5 };
const cardsOf = cardsWithin(limits);
const contentType = 'application/vnd.microsoft.card.adaptive';
const card = (properties: object) => ({ type: 'AdaptiveCard', version: '1.3', ...properties });

/** What the card is refused for; nothing when it is taken. */
function complaints(content: unknown, check = cardsOf): readonly string[] {
  try {
    expect(check({ attachments: [{ contentType, content }] })).toEqual([{ contentType, content }]);
    return [];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    expect(error).toMatchObject({ code: 'cardInvalid', message: 'One (or more) of the arguments is invalid.' });
    return error.descriptions.slice(1).map((text) => text.replace('attachments[0].content', ''));
  }
}

/** Everything that 1.3 has, each property with a value of its type. */
const common = { isVisible: true, separator: false, spacing: 'None', height: 'stretch', requires: { x: '1.0' } };
const area = {
  ...common,
  style: 'emphasis',
  bleed: true,
  minHeight: '10px',
  verticalContentAlignment: 'center',
  backgroundImage: { url: 'https://images.example/a.png', fillMode: 'cover' },
  selectAction: { type: 'Action.OpenUrl', url: 'https://acme.example' },
};
const input = { ...common, label: 'L', isRequired: true, errorMessage: 'E' };
const textBlock = {
  type: 'TextBlock',
  text: '',
  ...common,
  color: 'good',
  fontType: 'monospace',
  isSubtle: true,
  size: 'Small',
  weight: 'Bolder',
  horizontalAlignment: 'Left',
  maxLines: 2,
  wrap: true,
  id: 't',
};
const image = {
  type: 'Image',
  url: 'data:image/png;base64,AAAA',
  ...common,
  altText: 'a',
  backgroundColor: '#fff',
  size: 'auto',
  style: 'person',
  width: '10px',
  height: '10px',
  fallback: 'drop',
};
const submit = { type: 'Action.Submit', title: 'S', data: { a: [1] }, associatedInputs: 'auto', style: 'positive' };
const everything = card({
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  fallbackText: 'F',
  speak: 'S',
  lang: 'de',
  minHeight: '1px',
  verticalContentAlignment: 'top',
  backgroundImage: 'https://images.example/a.png',
  selectAction: submit,
  body: [
    textBlock,
    image,
    { type: 'ImageSet', images: [image, { url: 'https://images.example/b.png' }], imageSize: 'medium' },
    { type: 'Media', sources: [{ mimeType: 'video/mp4', url: 'https://v.example/a' }], poster: 'p', altText: 'a' },
    {
      type: 'RichTextBlock',
      inlines: ['plain', { type: 'TextRun', text: 'x', highlight: true, italic: true, underline: true }],
      horizontalAlignment: 'center',
    },
    { type: 'Container', items: [textBlock], ...area },
    {
      type: 'ColumnSet',
      ...area,
      columns: [
        { type: 'Column', items: [image], width: 'auto', ...area },
        { items: [], width: 2 },
      ],
    },
    { type: 'FactSet', facts: [{ title: 'T', value: 'V' }], ...common },
    { type: 'ActionSet', actions: [submit], ...common },
    { type: 'Input.Text', id: 'a', isMultiline: true, maxLength: 9, regex: '^x', style: 'email', value: '', ...input },
    { type: 'Input.Text', id: 'b', placeholder: 'p', inlineAction: submit },
    { type: 'Input.Number', id: 'c', min: 0, max: 9.5, value: 1, placeholder: 'p', ...input },
    { type: 'Input.Date', id: 'd', min: '1960-01-01', max: '1999-12-31', value: '1970-01-01', ...input },
    { type: 'Input.Time', id: 'e', min: '08:00', max: '20:00', value: '09:00', ...input },
    { type: 'Input.Toggle', id: 'f', title: 'T', value: 'true', valueOn: 'true', valueOff: 'no', wrap: true, ...input },
    {
      type: 'Input.ChoiceSet',
      ...input,
      id: 'g',
      choices: [{ title: 'T', value: 'V' }],
      isMultiSelect: true,
      style: 'compact',
      value: 'V',
      wrap: true,
    },
  ],
  actions: [
    submit,
    { type: 'Action.Submit', data: 'a text' },
    { type: 'Action.OpenUrl', url: 'https://acme.example', iconUrl: 'https://images.example/i.png', id: 'o' },
    { type: 'Action.ShowCard', title: 'More', card: { type: 'AdaptiveCard', body: [textBlock], actions: [submit] } },
    { type: 'Action.ToggleVisibility', targetElements: ['t', { elementId: 'a', isVisible: false }] },
  ],
});

describe('taken', () => {
  test.each<[string, unknown]>([
    ['everything that 1.3 has', everything],
    ['a card of nothing', card({})],
    ['a version of the future', card({ version: '9.9' })],
    ['words that 1.3 does not have', card({ body: [{ type: 'TextBlock', text: 'x', size: 'Gigantic' }] })],
    [
      'properties that it does not have',
      card({ refresh: 5, body: [{ type: 'TextBlock', text: 'x', targetWidth: {} }] }),
    ],
    ['elements of later versions', card({ body: [{ type: 'Table', rows: 5 }, { type: 'constructor' }] })],
    ['actions of later versions', card({ actions: [{ type: 'Action.Execute', verb: 7 }] })],
    [
      'null for what is not there (HTTP-17)',
      card({ body: [{ type: 'TextBlock', text: 'x', wrap: null }], actions: null }),
    ],
    [
      'a fallback of a kind of its own',
      card({ body: [{ type: 'Table', fallback: { type: 'TextBlock', text: 'x' } }] }),
    ],
  ])('%s', (_, content) => {
    expect(complaints(content)).toEqual([]);
  });
});

describe('refused, with what and where', () => {
  const list = (...body: unknown[]) => card({ body });
  test.each<[unknown, string[]]>([
    [undefined, [' is missing.']],
    [null, [' is missing.']],
    ['{"type":"AdaptiveCard"}', [' must be an object, not a text.']],
    [[card({})], [' must be an object, not a list.']],
    [{}, ['.type is missing.', '.version is missing.']],
    [card({ type: 'adaptivecard' }), ['.type must be "AdaptiveCard".']],
    [card({ version: 1.3 }), ['.version must be a text, not a number.']],
    [card({ body: {} }), ['.body must be a list, not an object.']],
    [card({ actions: 'x' }), ['.actions must be a list, not a text.']],
    [
      list('x', 5, null),
      ['.body[0] must be an object, not a text.', '.body[1] must be an object, not a number.', '.body[2] is missing.'],
    ],
    [list({ text: 'x' }, { type: 7 }), ['.body[0].type is missing.', '.body[1].type must be a text, not a number.']],
    [
      list({ type: 'TextBlock' }, { type: 'TextBlock', text: 5 }),
      ['.body[0].text is missing.', '.body[1].text must be a text, not a number.'],
    ],
    [list({ type: 'TextBlock', text: 'x', wrap: 'true' }), ['.body[0].wrap must be true or false, not a text.']],
    [list({ type: 'Input.Number', id: 'a', value: '5' }), ['.body[0].value must be a number, not a text.']],
    [
      list({ type: 'Input.Toggle', id: 'a', title: 'T', value: true }),
      ['.body[0].value must be a text, not true or false.'],
    ],
    [list({ type: 'Input.Text', label: 'x' }), ['.body[0].id is missing.']],
    [
      list({ type: 'ColumnSet', columns: [{ width: [] }, { items: [{ type: 'Image' }] }] }),
      ['.body[0].columns[0].width must not be a list.', '.body[0].columns[1].items[0].url is missing.'],
    ],
    [
      list({ type: 'Container', items: [{ type: 'ActionSet', actions: [{ type: 'Action.OpenUrl' }] }] }),
      ['.body[0].items[0].actions[0].url is missing.'],
    ],
    [list({ type: 'RichTextBlock', inlines: ['x', { type: 'TextRun' }] }), ['.body[0].inlines[1].text is missing.']],
    [
      list({ type: 'Table', text: 5, fallback: 5 }, { type: 'TextBlock', text: 'x', fallback: 5 }),
      ['.body[1].fallback must be an object, not a number.'],
    ],
    [card({ actions: [{ type: 'Action.Submit', data: ['x'] }] }), ['.actions[0].data must be an object, not a list.']],
    [
      card({ actions: [{ type: 'Action.ShowCard', card: card({ body: [{ type: 'Container' }] }) }] }),
      ['.actions[0].card.body[0].items is missing.'],
    ],
  ])('%j', (content, expected) => {
    expect(complaints(content)).toEqual(expected);
  });

  test('each property of 1.3, when it has another type', () => {
    const ofNoType = /\.(\$schema|fillMode)$|\.(data|requires)\.|\.(columns|images)\[\d\]\.type$/;
    const places = placesIn(everything)
      .map((place) => ({
        place,
        at: place.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join(''),
      }))
      .filter(({ at }) => !ofNoType.test(at));
    expect(places.length).toBeGreaterThan(200);
    for (const { place, at } of places) {
      // Not structuredClone, which keeps what is shared: what is there several times would change in all places.
      const content: unknown = JSON.parse(JSON.stringify(everything));
      const holder = place.slice(0, -1).reduce<unknown>((value, step) => Reflect.get(Object(value), step), content);
      const last = place.at(-1) ?? '';
      const wrong = Array.isArray(Reflect.get(Object(holder), last)) ? {} : [];
      Reflect.set(Object(holder), last, wrong);
      expect(complaints(content), at).toEqual([expect.stringContaining(`${at} must `)]);
    }
  });

  test('no more than ten complaints', () => {
    expect(complaints(card({ body: Array(50).fill(5) }))).toHaveLength(10);
  });

  test('more than five actions in one list, wherever it is (CARD-2); a server may allow more', () => {
    const actions = Array.from({ length: 6 }, () => ({ type: 'Action.Submit' }));
    const set = { type: 'ActionSet', actions: actions.slice(1) };
    expect(complaints(card({ actions }))).toEqual(['.actions has more than 5 entries.']);
    expect(complaints(card({ body: [{ type: 'ActionSet', actions }] }))).toEqual([
      '.body[0].actions has more than 5 entries.',
    ]);
    expect(complaints(card({ actions: actions.slice(1), body: [set, set] }))).toEqual([]);
    expect(complaints(card({ actions }), cardsWithin({ ...limits, actions: 6 }))).toEqual([]);
  });

  test('nesting that nobody could show', () => {
    const nested = (levels: number): object =>
      levels === 0 ? { type: 'TextBlock', text: 'x' } : { type: 'Container', items: [nested(levels - 1)] };
    // The card, its body, the block; two for each container.
    expect(complaints(card({ body: [nested(30)] }))).toEqual([]);
    expect(complaints(card({ body: [nested(31)] }))).toEqual([' is nested more than 64 levels deep.']);
    const hostile: unknown = JSON.parse(`${'{"x":'.repeat(100_000)}1${'}'.repeat(100_000)}`);
    expect(complaints(card({ hostile }))).toEqual([' is nested more than 64 levels deep.']);
  });
});

test('a card may have as many bytes as the limit says, and not one more (CARD-3)', () => {
  const content = card({ fallbackText: 'é' });
  const bytes = Buffer.byteLength(JSON.stringify(content));
  const attachments = [{ contentType, content }];
  expect(cardsWithin({ ...limits, bytes })({ attachments })).toEqual(attachments);
  expect(() => cardsWithin({ ...limits, bytes: bytes - 1 })({ attachments })).toThrow(
    `The card is ${bytes} bytes of JSON; at most ${bytes - 1} bytes are allowed.`,
  );
});

test('whatever it is, it is taken unchanged or refused', () => {
  const types = [
    'TextBlock',
    'Container',
    'ColumnSet',
    'Input.Text',
    'Action.Submit',
    'AdaptiveCard',
    'Table',
    '__proto__',
  ];
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(
        fc.constantFrom(
          'type',
          'text',
          'items',
          'columns',
          'body',
          'actions',
          'card',
          'wrap',
          'id',
          'fallback',
          '__proto__',
        ),
        fc.oneof(tie('tree'), fc.constantFrom<unknown>(...types, true)),
      ),
    ),
  }));
  fc.assert(
    fc.property(tree, (body) => {
      const content = card({ body });
      const before = JSON.stringify(content);
      complaints(content);
      expect(JSON.stringify(content)).toBe(before);
    }),
    { numRuns: 500 },
  );
});

/** Where each value is that is in there, however deep. */
function placesIn(value: unknown): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const step = Array.isArray(value) ? Number(key) : key;
    return [[step], ...placesIn(inner).map((place) => [step, ...place])];
  });
}
