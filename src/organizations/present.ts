import type { License, Organization } from '../contract/index.ts';
import { isoTime } from '../core/clock.ts';
import { publicId } from '../core/ids.ts';
import type { LicenseWords } from './licenses.ts';
import type { OrganizationRow } from './store.ts';

export function presentOrganization({ uuid, displayName, createdAt }: OrganizationRow): Organization {
  return { id: publicId('ORGANIZATION', uuid), displayName, created: isoTime(createdAt) };
}

/** Licences are there for everybody. */
export function presentLicense({ id, name }: LicenseWords, holders: number): License {
  return { id, name, totalUnits: -1, consumedUnits: holders };
}
