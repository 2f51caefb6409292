import { statement, type Reader } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import type { Members } from './conditions.ts';

/** Rooms whose members are kept; the one that was not asked for longest goes first. */
const MOST_ROOMS = 10_000;

/**
 * Who is in which room, for the matcher. Read from the store when first asked for, forgotten the moment a change of that
 * room's members is committed: nobody who has left by the time of matching is told.
 */
export class RoomMembers {
  readonly #reader: Reader;
  readonly #rooms = new Map<string, Members>();
  /** Counts the commits that changed members, so that a reading they overtook is not kept. */
  #changes = 0;

  constructor(reader: Reader, log: EventLog) {
    this.#reader = reader;
    log.onCommit((events) => {
      for (const { resource, roomUuid } of events) {
        if (resource !== 'memberships') continue;
        this.#changes += 1;
        this.#rooms.delete(roomUuid);
      }
    });
  }

  async of(roomUuid: string): Promise<Members> {
    const known = this.#rooms.get(roomUuid);
    if (known) {
      // The map keeps insertion order: putting a room back makes it the youngest.
      this.#rooms.delete(roomUuid);
      this.#rooms.set(roomUuid, known);
      return known;
    }
    return this.#load(roomUuid);
  }

  async #load(roomUuid: string): Promise<Members> {
    const before = this.#changes;
    const rows = await this.#reader.all(membersOf, { roomUuid });
    const members = new Map(rows.map(({ uuid, createdAt }) => [uuid, createdAt]));
    if (this.#changes !== before) return this.#load(roomUuid);
    this.#rooms.set(roomUuid, members);
    const [oldest] = this.#rooms.keys();
    if (this.#rooms.size > MOST_ROOMS && oldest !== undefined) this.#rooms.delete(oldest);
    return members;
  }
}

const membersOf = statement<{ roomUuid: string }>()((db, param) =>
  db
    .selectFrom('rooms')
    .innerJoin('memberships', 'memberships.roomId', 'rooms.id')
    .innerJoin('people', 'people.id', 'memberships.personId')
    .select(['people.uuid', 'memberships.createdAt'])
    .where('rooms.uuid', '=', param('roomUuid')),
);
