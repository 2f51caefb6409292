import type { AttachmentAction, AttachmentActionNotice } from '../contract/index.ts';
import { isoTime } from '../core/clock.ts';
import type { NewEvent } from '../core/events.ts';
import { publicId } from '../core/ids.ts';
import type { MessageRow } from '../messages/index.ts';
import type { ActionRow } from './store.ts';

type Row = Pick<ActionRow, 'uuid' | 'messageUuid' | 'personUuid' | 'roomUuid' | 'createdAt'>;

/** Spec 3.9: what webhooks are told of the submission, with what was filled in. */
export function presentAction(notice: AttachmentActionNotice, inputs: AttachmentAction['inputs']): AttachmentAction {
  const { id, type, messageId, ...rest } = notice;
  return { id, type, messageId, inputs, ...rest };
}

/** Only the author of the card is told (AUD-7). */
export function actionEvent(row: Row, message: MessageRow): NewEvent & { data: AttachmentActionNotice } {
  return {
    resource: 'attachmentActions',
    event: 'created',
    actorUuid: row.personUuid,
    roomUuid: row.roomUuid,
    orgUuid: message.roomOrgUuid,
    facts: {
      roomType: message.roomType,
      personUuid: row.personUuid,
      messageUuid: row.messageUuid,
      audience: [message.personUuid],
    },
    data: actionNotice(row),
  };
}

/** Spec 4.5.1, DATA-8. The inputs are not here to begin with, so they cannot slip out. */
export function actionNotice(row: Row): AttachmentActionNotice {
  return {
    id: publicId('ATTACHMENT_ACTION', row.uuid),
    type: 'submit',
    messageId: publicId('MESSAGE', row.messageUuid),
    personId: publicId('PEOPLE', row.personUuid),
    roomId: publicId('ROOM', row.roomUuid),
    created: isoTime(row.createdAt),
  };
}
