import { z } from 'zod';

/**
 * Adaptive Cards 1.3, as far as types go: a property that this version knows has its type, and what an element is nothing
 * without is there. Properties and elements of later versions pass, and so does any word for a size, a colour or a style:
 * clients ignore what they do not know (CARD-2, docs/adr/0018). `mostActions`: of each list of actions.
 */
export function adaptiveCard(mostActions: number): z.ZodType {
  const element = z.lazy(() => byType(elements));
  const action = z.lazy(() => byType(actions));
  const actionList = z.array(action).max(mostActions);
  const fallback = z.lazy(() => textOr(byType({ ...elements, ...actions })));
  const backgroundImage = textOr(z.looseObject({ url: z.string() }));

  const common = some({
    id: z.string(),
    isVisible: z.boolean(),
    separator: z.boolean(),
    spacing: z.string(),
    height: z.string(),
    fallback,
    requires: z.looseObject({}),
  });
  const imageShape = {
    url: z.string(),
    ...common,
    ...some({
      altText: z.string(),
      backgroundColor: z.string(),
      horizontalAlignment: z.string(),
      selectAction: action,
      size: z.string(),
      style: z.string(),
      width: z.string(),
    }),
  };
  const textShape = {
    text: z.string(),
    ...some({
      color: z.string(),
      fontType: z.string(),
      isSubtle: z.boolean(),
      size: z.string(),
      weight: z.string(),
    }),
  };
  const area = some({
    backgroundImage,
    bleed: z.boolean(),
    minHeight: z.string(),
    selectAction: action,
    style: z.string(),
    verticalContentAlignment: z.string(),
  });
  const column = z.looseObject({
    ...common,
    ...area,
    ...some({ items: z.array(element), width: z.union([z.string(), z.number()]) }),
  });
  const input = {
    ...common,
    id: z.string(),
    ...some({ label: z.string(), isRequired: z.boolean(), errorMessage: z.string() }),
  };
  const day = z.looseObject({
    ...input,
    ...some({ max: z.string(), min: z.string(), placeholder: z.string(), value: z.string() }),
  });

  const elements: Kinds = {
    TextBlock: z.looseObject({
      ...common,
      ...textShape,
      ...some({ horizontalAlignment: z.string(), maxLines: z.number(), wrap: z.boolean() }),
    }),
    RichTextBlock: z.looseObject({
      ...common,
      inlines: z.array(textOr(z.lazy(() => byType(inlines)))),
      ...some({ horizontalAlignment: z.string() }),
    }),
    Image: z.looseObject(imageShape),
    ImageSet: z.looseObject({
      ...common,
      images: z.array(z.looseObject(imageShape)),
      ...some({ imageSize: z.string() }),
    }),
    Media: z.looseObject({
      ...common,
      sources: z.array(z.looseObject({ mimeType: z.string(), url: z.string() })),
      ...some({ altText: z.string(), poster: z.string() }),
    }),
    Container: z.looseObject({ ...common, ...area, items: z.array(element) }),
    ColumnSet: z.looseObject({
      ...common,
      ...area,
      ...some({ columns: z.array(column), horizontalAlignment: z.string() }),
    }),
    FactSet: z.looseObject({ ...common, facts: z.array(z.looseObject({ title: z.string(), value: z.string() })) }),
    ActionSet: z.looseObject({ ...common, actions: actionList }),
    'Input.Text': z.looseObject({
      ...input,
      ...some({
        inlineAction: action,
        isMultiline: z.boolean(),
        maxLength: z.number(),
        placeholder: z.string(),
        regex: z.string(),
        style: z.string(),
        value: z.string(),
      }),
    }),
    'Input.Number': z.looseObject({
      ...input,
      ...some({ max: z.number(), min: z.number(), placeholder: z.string(), value: z.number() }),
    }),
    'Input.Date': day,
    'Input.Time': day,
    'Input.Toggle': z.looseObject({
      ...input,
      title: z.string(),
      ...some({ value: z.string(), valueOff: z.string(), valueOn: z.string(), wrap: z.boolean() }),
    }),
    'Input.ChoiceSet': z.looseObject({
      ...input,
      ...some({
        choices: z.array(z.looseObject({ title: z.string(), value: z.string() })),
        isMultiSelect: z.boolean(),
        placeholder: z.string(),
        style: z.string(),
        value: z.string(),
        wrap: z.boolean(),
      }),
    }),
  };
  const inlines: Kinds = {
    TextRun: z.looseObject({
      ...textShape,
      ...some({
        highlight: z.boolean(),
        italic: z.boolean(),
        selectAction: action,
        strikethrough: z.boolean(),
        underline: z.boolean(),
      }),
    }),
  };

  const button = some({
    id: z.string(),
    title: z.string(),
    iconUrl: z.string(),
    style: z.string(),
    fallback,
    requires: z.looseObject({}),
  });
  const actions: Kinds = {
    'Action.OpenUrl': z.looseObject({ ...button, url: z.string() }),
    'Action.Submit': z.looseObject({
      ...button,
      ...some({ associatedInputs: z.string(), data: textOr(z.looseObject({})) }),
    }),
    'Action.ShowCard': z.looseObject({ ...button, ...some({ card: z.lazy(() => shownCard) }) }),
    'Action.ToggleVisibility': z.looseObject({
      ...button,
      targetElements: z.array(textOr(z.looseObject({ elementId: z.string(), ...some({ isVisible: z.boolean() }) }))),
    }),
  };

  /** The card of an Action.ShowCard needs no version. */
  const shownCard = z.looseObject({
    type: z.literal('AdaptiveCard'),
    ...some({
      actions: actionList,
      backgroundImage,
      body: z.array(element),
      fallbackText: z.string(),
      lang: z.string(),
      minHeight: z.string(),
      selectAction: action,
      speak: z.string(),
      verticalContentAlignment: z.string(),
      version: z.string(),
    }),
  });
  return shownCard.extend({ version: z.string() });
}

/** What is wrong with a value, without the value and its place. */
export const inWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined || issue.input === null) return 'is missing.';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeWords[issue.expected] ?? issue.expected}, not ${typeWords[typeOf(issue.input)]}.`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => `"${String(value)}"`).join(' or ')}.`;
    case 'invalid_union':
      return `must not be ${typeWords[typeOf(issue.input)]}.`;
    case 'too_big':
      return `has more than ${issue.maximum} entries.`;
    default:
      return 'is not valid.';
  }
};

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function typeOf(input: unknown): string {
  return Array.isArray(input) ? 'array' : typeof input;
}

type Kinds = Readonly<Record<string, z.ZodType>>;

/** Each may be left out; null means that (HTTP-17). */
function some(shape: Kinds): Kinds {
  return Object.fromEntries(Object.entries(shape).map(([name, type]) => [name, type.nullish()]));
}

/** Something that says by its `type` what it is. Of a type that is not among these, it may be anything. */
function byType(kinds: Kinds): z.ZodType {
  return checkedBy((value) => {
    const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
    return (typeof type === 'string' && Object.hasOwn(kinds, type) ? kinds[type] : undefined) ?? unknownKind;
  });
}

const unknownKind = z.looseObject({ type: z.string() });

function textOr(other: z.ZodType): z.ZodType {
  return checkedBy((value) => (typeof value === 'string' ? z.string() : other));
}

/** Checks with the schema that the value itself decides on, and complains about as little: a union would name every other. */
function checkedBy(schemaFor: (value: unknown) => z.ZodType): z.ZodType {
  return z.unknown().superRefine((value, context) => {
    const { error } = schemaFor(value).safeParse(value, { error: inWords });
    for (const { path, message } of error?.issues ?? []) context.addIssue({ code: 'custom', path, message });
  });
}
