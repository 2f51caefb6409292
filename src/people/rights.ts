import type { PersonCreate } from '../contract/index.ts';
import type { PersonType } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import { licenseWithId, roleWithId } from '../organizations/index.ts';

/** The words of the store for what a body grants; undefined: it says nothing of it. */
export interface Rights {
  roles: string[] | undefined;
  licenses: string[] | undefined;
}

/** A role that is unknown is a mistake; licences that cannot be given are passed over, as Webex does. */
export function rightsIn(body: Pick<PersonCreate, 'roles' | 'licenses'>, orgUuid: string, type: PersonType): Rights {
  const roles = body.roles?.flatMap(ids).map((id) => roleNamed(id));
  const licenses = body.licenses?.flatMap(ids).flatMap((id) => licenseWithId(orgUuid, id)?.word ?? []);
  if (type === 'bot' && (roles?.length || licenses?.length)) throw new ApiError('botWithoutRights');
  return { roles: roles && [...new Set(roles)], licenses: licenses && [...new Set(licenses)] };
}

function roleNamed(id: string): string {
  const role = roleWithId(id);
  if (!role) throw new ApiError('invalidRequest', { reason: `roles has something in it that is no role: ${id}.` });
  return role.role;
}

/** Webex's own description writes several into one text. */
function ids(text: string): string[] {
  return text
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
}
