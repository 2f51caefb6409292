import type { Attachment } from '../../src/contract/index.ts';

export const ADAPTIVE_CARD = 'application/vnd.microsoft.card.adaptive';

/** A card that asks for a name. */
export const form = {
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  type: 'AdaptiveCard',
  version: '1.3',
  body: [
    { type: 'TextBlock', text: 'Who are you? é ✓ 🦄', wrap: true },
    { type: 'Input.Text', id: 'name', label: 'Name', isRequired: true },
  ],
  actions: [{ type: 'Action.Submit', title: 'Send', data: { form: 'name' } }],
};

export function attachmentsOf(content: unknown = form): Attachment[] {
  return [{ contentType: ADAPTIVE_CARD, content }];
}
