import type { Role } from '../core/caller.ts';
import { derivedUuid, parseId, publicId } from '../core/ids.ts';

interface RoleWords {
  role: Role;
  /** Webex's name of it. */
  name: string;
  /** Follows from the role: the same on every server. */
  id: string;
}

/** The roles that people can hold, in the order of the list. */
export const roles: readonly RoleWords[] = [
  { role: 'admin', name: 'Full Administrator', id: roleId('admin') },
  { role: 'compliance', name: 'Compliance Officer', id: roleId('compliance') },
];

/** Undefined: it names none. */
export function roleWithId(id: string): RoleWords | undefined {
  const parsed = parseId('ROLE', id);
  return parsed.kind === 'key' ? roles.find((known) => known.id === publicId('ROLE', parsed.key)) : undefined;
}

function roleId(role: Role): string {
  return publicId('ROLE', derivedUuid('role', role));
}
