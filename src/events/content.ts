import { presentAction, submittedInputs } from '../attachment-actions/index.ts';
import type { AttachmentActionNotice, MessageNotice } from '../contract/index.ts';
import type { LoggedEvent } from '../core/events.ts';
import type { Vault } from '../core/vault.ts';
import type { Reader } from '../db/index.ts';
import { messageContents, presentMessage } from '../messages/index.ts';
import { roomContents } from '../rooms/index.ts';

type Data = Record<string, unknown>;

/** Puts the content that is still there into the data of events about one resource, all of them at once. */
type Completion = (
  reader: Reader,
  vault: Vault,
  events: readonly LoggedEvent[],
) => Promise<(event: LoggedEvent) => Data>;

/** EVT-3. A resource that is not here says all of itself in its events. */
const completions: Readonly<Partial<Record<LoggedEvent['resource'], Completion>>> = {
  async messages(reader, vault, events) {
    const contents = await messageContents(reader, vault, events.map(idOf));
    return (event) => {
      const content = contents.get(idOf(event));
      const notice = dataOf(event);
      return content ? presentMessage(notice as unknown as MessageNotice, content) : notice;
    };
  },
  async attachmentActions(reader, vault, events) {
    const submitted = await submittedInputs(reader, vault, events.map(idOf));
    return (event) => {
      const inputs = submitted.get(idOf(event));
      const notice = dataOf(event);
      return inputs ? { ...presentAction(notice as unknown as AttachmentActionNotice, inputs) } : notice;
    };
  },
  async rooms(reader, _vault, events) {
    const contents = await roomContents(
      reader,
      events.map(({ roomUuid }) => roomUuid),
    );
    return (event) => ({ ...dataOf(event), ...contents.get(event.roomUuid) });
  },
};

/** The full data of each event (EVT-3), in their order. */
export async function fullData(reader: Reader, vault: Vault, events: readonly LoggedEvent[]): Promise<Data[]> {
  const completed = new Map<string, (event: LoggedEvent) => Data>();
  for (const [resource, complete] of Object.entries(completions)) {
    const about = events.filter((event) => event.resource === resource);
    if (about.length > 0) completed.set(resource, await complete(reader, vault, about));
  }
  return events.map((event) => (completed.get(event.resource) ?? dataOf)(event));
}

function dataOf({ dataJson }: LoggedEvent): Data {
  return JSON.parse(dataJson) as Data;
}

/** The public id of what the event is about. */
function idOf(event: LoggedEvent): string {
  return String(dataOf(event)['id']);
}
