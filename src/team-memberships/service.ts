import type { TeamMembershipCreate, TeamMembershipsQuery, TeamMembershipUpdate } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import { flag, type Database, type Reader } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { bodyKey, pathKey, type Page } from '../http/index.ts';
import {
  admit,
  changeRole,
  findInvited,
  leave,
  listMembers,
  memberships,
  mustKeepModerator,
  mustLeaveModerator,
  mustNameSomebody,
  touched,
  type MembershipRow,
} from '../memberships/index.ts';
import { guestsMustNotMeet } from '../people/index.ts';
import { findTeamFor, type MemberView } from '../rooms/index.ts';
import { mayChangeTeam } from '../teams/index.ts';

/** Who is in a team: the memberships of its General room, under the rules and names of teams (TEAM-4). */
export class TeamMembershipService {
  readonly #db: Database;
  readonly #log: EventLog;
  readonly #clock: Clock;

  constructor({ db, log, clock }: { db: Database; log: EventLog; clock: Clock }) {
    this.#db = db;
    this.#log = log;
    this.#clock = clock;
  }

  async list(caller: Caller, query: TeamMembershipsQuery): Promise<Page<MembershipRow>> {
    const { reader } = this.#db;
    return listMembers(reader, (await teamOf(reader, caller, query.teamId)).id, query);
  }

  async get(caller: Caller, id: string): Promise<MembershipRow> {
    return (await visible(this.#db.reader, caller, id)).member;
  }

  async create(caller: Caller, body: TeamMembershipCreate): Promise<MembershipRow> {
    const { teamId, isModerator = false } = body;
    mustNameSomebody(body);
    return this.#db.write(async (tx) => {
      const team = await teamOf(tx, caller, teamId);
      mayChangeTeam(team);
      const person = await findInvited(tx, body);
      if (await memberships.find(tx, team.uuid, person.uuid)) throw new ApiError('alreadyInTeam');
      guestsMustNotMeet(caller, person);
      const now = this.#clock.now();
      const { membership, events } = await admit(tx, team, person, { isModerator, actorUuid: caller.uuid, now });
      await this.#log.append(tx, events, caller.trace);
      return membership;
    });
  }

  async update(caller: Caller, id: string, body: TeamMembershipUpdate): Promise<MembershipRow> {
    const isModerator = flag(body.isModerator);
    return this.#db.write(async (tx) => {
      const { team, member } = await visible(tx, caller, id);
      if (isModerator === member.isModerator) return member;
      mayChangeTeam(team);
      if (isModerator === 0) await mustKeepModerator(tx, team, member);
      const active = await touched(tx, team, this.#clock.now());
      await this.#log.append(tx, await changeRole(tx, active, member, isModerator, caller.uuid), caller.trace);
      return { ...member, isModerator };
    });
  }

  async remove(caller: Caller, id: string): Promise<void> {
    await this.#db.write(async (tx) => {
      const { team, member } = await visible(tx, caller, id);
      if (member.personId !== caller.personId) mayChangeTeam(team);
      await mustLeaveModerator(tx, team, member);
      const active = await touched(tx, team, this.#clock.now());
      await this.#log.append(tx, await leave(tx, active, member, caller.uuid), caller.trace);
    });
  }
}

async function teamOf(reader: Reader, caller: Caller, teamId: string): Promise<MemberView> {
  const team = await findTeamFor(reader, caller.personId, bodyKey('TEAM', teamId));
  if (!team) throw new ApiError('teamNotFound');
  return team;
}

/** Members of a team see who else is in it. */
async function visible(
  reader: Reader,
  caller: Caller,
  id: string,
): Promise<{ team: MemberView; member: MembershipRow }> {
  const [personUuid = '', teamUuid = ''] = pathKey('TEAM_MEMBERSHIP', id, 'teamMembershipNotFound').split(':');
  const team = await findTeamFor(reader, caller.personId, teamUuid);
  const member = team && (await memberships.find(reader, teamUuid, personUuid));
  if (!team || !member) throw new ApiError('teamMembershipNotFound');
  return { team, member };
}
