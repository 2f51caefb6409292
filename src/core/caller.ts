import type { TraceContext } from './trace.ts';

/** `appuser`: a guest, or what posts for an incoming webhook. */
export type PersonType = 'person' | 'bot' | 'appuser';

export type Role = 'admin' | 'compliance';

/** The person behind a request, as their access token tells (AUTH-6). */
export interface Caller {
  /** Internal key. */
  personId: number;
  uuid: string;
  /** Lower case. */
  email: string;
  displayName: string;
  type: PersonType;
  /** Internal key. */
  orgId: number;
  orgUuid: string;
  roles: ReadonlySet<string>;
  scopes: ReadonlySet<string>;
  /** Key of the APPLICATION id of the client that the token was issued to. */
  appKey: string;
  /** Internal key of what the person has granted to an integration; absent: the token was given to them directly. */
  grantId?: number;
  /** ms since 1970; null: never. */
  tokenExpiresAt: number | null;
  /** Where the request stands in its trace; absent: it is part of none. */
  trace?: TraceContext;
}

/** Scopes of messaging; `spark:all` stands for every one of them (spec 1.4). */
export type Scope =
  | 'spark:all'
  | `spark:${'people' | 'rooms' | 'memberships' | 'messages' | 'teams' | 'team_memberships'}_${'read' | 'write'}`
  | 'spark-admin:people_read'
  | 'spark-admin:people_write'
  | `spark-compliance:${'events' | 'rooms' | 'memberships' | 'messages' | 'teams' | 'team_memberships'}_read`
  | `spark-compliance:${'rooms' | 'memberships' | 'messages' | 'team_memberships'}_write`
  | 'openid';

export function hasScope(caller: Caller, scope: Scope): boolean {
  return covers(caller.scopes, scope);
}

/** Whether these scopes hold that one. */
export function covers(scopes: ReadonlySet<string>, scope: string): boolean {
  return scopes.has(scope) || (scope.startsWith('spark:') && scopes.has('spark:all'));
}

/** What members do in rooms, and compliance officers in those of their organization (VIS-5): the end of either scope. */
export type RoomWork = `${'rooms' | 'memberships' | 'messages'}_${'read' | 'write'}`;

/** VIS-5: a compliance officer, with a token for that kind of work. */
export function isOfficer(caller: Caller, work: RoomWork | 'events_read'): boolean {
  return hasRole(caller, 'compliance') && caller.scopes.has(`spark-compliance:${work}`);
}

export function hasRole(caller: Caller, role: Role): boolean {
  return caller.roles.has(role);
}
