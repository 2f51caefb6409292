import type { TeamCreate, TeamsQuery, TeamUpdate } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import type { NewEvent } from '../core/events.ts';
import type { Database, Reader } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { keyset, pathKey, type Page } from '../http/index.ts';
import { disband } from '../memberships/index.ts';
import { archiveRoom, findTeamFor, roomsOfTeam, type MemberView, type RoomService } from '../rooms/index.ts';
import { mayChangeTeam } from './policy.ts';
import { selectTeamsOf } from './store.ts';

interface TeamParts {
  db: Database;
  log: EventLog;
  clock: Clock;
  rooms: Pick<RoomService, 'createGeneral' | 'update'>;
}

/** Teams. Each is its General room: what happens to the one happens to the other, and is told as events of the room. */
export class TeamService {
  readonly #db: Database;
  readonly #log: EventLog;
  readonly #clock: Clock;
  readonly #rooms: TeamParts['rooms'];

  constructor({ db, log, clock, rooms }: TeamParts) {
    this.#db = db;
    this.#log = log;
    this.#clock = clock;
    this.#rooms = rooms;
  }

  async list(caller: Caller, { max, cursor }: TeamsQuery): Promise<Page<MemberView>> {
    const [after = 0] = byCreation.after(cursor) ?? [];
    const rows = await selectTeamsOf(this.#db.reader, caller.personId, after)
      .limit(max + 1)
      .execute();
    return byCreation.page(rows, max, ({ id }) => [id]);
  }

  get(caller: Caller, id: string): Promise<MemberView> {
    return visible(this.#db.reader, caller, id);
  }

  create(caller: Caller, { name, description = '' }: TeamCreate): Promise<MemberView> {
    return this.#rooms.createGeneral(caller, { title: name, description });
  }

  async update(caller: Caller, id: string, { name, description }: TeamUpdate): Promise<MemberView> {
    const general = await visible(this.#db.reader, caller, id);
    mayChangeTeam(general);
    return this.#rooms.update(caller, general.uuid, { title: name, description });
  }

  /** Archives every room of the team, the General room last. */
  async remove(caller: Caller, id: string): Promise<void> {
    await this.#db.write(async (tx) => {
      const general = await visible(tx, caller, id);
      mayChangeTeam(general);
      const rooms = await roomsOfTeam(tx, general.id, caller.personId);
      const others = rooms.filter((room) => room.id !== general.id);
      const events: NewEvent[] = [];
      for (const room of [...others, general]) {
        events.push(...(await disband(tx, room, caller.uuid)));
        await archiveRoom(tx, room.id, this.#clock.now());
      }
      await this.#log.append(tx, events, caller.trace);
    });
  }
}

const byCreation = keyset('teams', 'number');

/** A team that the caller is not in is not there (ERR-5). */
async function visible(reader: Reader, caller: Caller, id: string): Promise<MemberView> {
  const general = await findTeamFor(reader, caller.personId, pathKey('TEAM', id, 'teamNotFound'));
  if (!general) throw new ApiError('teamNotFound');
  return general;
}
