import type { Attachment, AttachmentAction, Message } from '../../src/contract/index.ts';
import type { Name, TestServer } from './server.ts';

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

export function postCard(server: TestServer, who: Name, { id: roomId }: { id: string }): Promise<Message> {
  return server.as(who).ok<Message>('POST', '/v1/messages', { roomId, attachments: attachmentsOf() });
}

export function submit(
  server: TestServer,
  who: Name,
  { id: messageId }: Message,
  inputs: Record<string, unknown>,
): Promise<AttachmentAction> {
  return server.as(who).ok<AttachmentAction>('POST', '/v1/attachment/actions', { type: 'submit', messageId, inputs });
}
