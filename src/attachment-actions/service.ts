import type { AttachmentAction, AttachmentActionCreate } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import { newUuid } from '../core/ids.ts';
import { isDeeperThan, jsonBytes, MOST_LEVELS } from '../core/json.ts';
import type { Vault } from '../core/vault.ts';
import type { Database } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { bodyKey, pathKey } from '../http/index.ts';
import { findVisible, type BotRules } from '../messages/index.ts';
import { mustBeThere } from '../people/index.ts';
import { findRoomToPostIn } from '../rooms/index.ts';
import { openInputs, sealContext } from './inputs.ts';
import { mayRead, maySubmit, type SubmitRules } from './policy.ts';
import { actionEvent, actionNotice, presentAction } from './present.ts';
import { findActionFor, insertAction } from './store.ts';

export interface AttachmentActionParts {
  db: Database;
  log: EventLog;
  vault: Vault;
  clock: Clock;
  bots: BotRules;
  submitting: SubmitRules;
}

export class AttachmentActionService {
  readonly #parts: AttachmentActionParts;

  constructor(parts: AttachmentActionParts) {
    this.#parts = parts;
  }

  /** What is filled in is not compared with the card (ACT-2). */
  async create(caller: Caller, { messageId, inputs }: AttachmentActionCreate): Promise<AttachmentAction> {
    const { db, log, vault, clock, bots, submitting } = this.#parts;
    const messageUuid = bodyKey('MESSAGE', messageId);
    mustFit(inputs);
    const createdAt = clock.now();

    return db.write(async (tx) => {
      await mustBeThere(tx, caller);
      const message = await findVisible(tx, caller, messageUuid, bots);
      const room = message && (await findRoomToPostIn(tx, caller.personId, message.roomUuid));
      if (!room) throw new ApiError('messageNotFound');
      maySubmit(caller, message, room, submitting);

      const uuid = newUuid();
      const sealed = vault.seal(message.wrappedKey, sealContext(uuid), JSON.stringify(inputs));
      const { personId, uuid: personUuid } = caller;
      await insertAction(tx, { uuid, messageId: message.id, personId, inputs: sealed, createdAt });
      const row = { uuid, messageUuid, personUuid, roomUuid: message.roomUuid, createdAt };
      const created = actionEvent(row, message);
      await log.append(tx, [created], caller.trace);
      return presentAction(created.data, inputs);
    });
  }

  async get(caller: Caller, id: string): Promise<AttachmentAction> {
    const { db, vault } = this.#parts;
    const uuid = pathKey('ATTACHMENT_ACTION', id, 'attachmentActionNotFound');
    const action = await findActionFor(db.reader, caller.personId, uuid);
    if (!action || !mayRead(caller, action)) throw new ApiError('attachmentActionNotFound');
    return presentAction(actionNotice(action), openInputs(vault, action));
  }
}

/** As much as a card may be by default: a form asks for more than it says. */
const MOST_BYTES = 22_528;

function mustFit(inputs: AttachmentAction['inputs']): void {
  if (isDeeperThan(inputs, MOST_LEVELS)) throw new ApiError('inputsTooDeep', { limit: MOST_LEVELS });
  const bytes = jsonBytes(inputs);
  if (bytes > MOST_BYTES) throw new ApiError('inputsTooLarge', { bytes, limit: MOST_BYTES });
}
