import type { License, LicensesQuery, RoleEntry } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import type { Database } from '../db/index.ts';
import { bodyKey, pathKey } from '../http/index.ts';
import { licensesOf, licenseWithId, type LicenseWords } from './licenses.ts';
import { mayAdminister } from './policy.ts';
import { presentLicense } from './present.ts';
import { roles, roleWithId } from './roles.ts';
import { countHolders, findOrganization, type OrganizationRow } from './store.ts';

/** What an administrator sees of their organization: itself, its licences, the roles there are. */
export class OrganizationService {
  readonly #db: Database;

  constructor({ db }: { db: Database }) {
    this.#db = db;
  }

  async own(caller: Caller): Promise<OrganizationRow> {
    mayAdminister(caller);
    const organization = await findOrganization(this.#db.reader, caller.orgId);
    if (!organization) throw new ApiError('organizationNotFound');
    return organization;
  }

  async get(caller: Caller, id: string): Promise<OrganizationRow> {
    const organization = await this.own(caller);
    if (pathKey('ORGANIZATION', id, 'organizationNotFound') !== organization.uuid)
      throw new ApiError('organizationNotFound');
    return organization;
  }

  async licenses(caller: Caller, { orgId }: LicensesQuery): Promise<License[]> {
    mayAdminister(caller);
    if (orgId !== undefined && bodyKey('ORGANIZATION', orgId) !== caller.orgUuid) return [];
    return Promise.all(licensesOf(caller.orgUuid).map((license) => this.#counted(caller, license)));
  }

  async license(caller: Caller, id: string): Promise<License> {
    mayAdminister(caller);
    const license = licenseWithId(caller.orgUuid, id);
    if (!license) throw new ApiError('licenseNotFound');
    return this.#counted(caller, license);
  }

  roles(caller: Caller): RoleEntry[] {
    mayAdminister(caller);
    return roles.map(({ id, name }) => ({ id, name }));
  }

  role(caller: Caller, id: string): RoleEntry {
    mayAdminister(caller);
    const role = roleWithId(id);
    if (!role) throw new ApiError('roleNotFound');
    return { id: role.id, name: role.name };
  }

  async #counted({ orgId }: Caller, license: LicenseWords): Promise<License> {
    return presentLicense(license, await countHolders(this.#db.reader, orgId, license.word));
  }
}
