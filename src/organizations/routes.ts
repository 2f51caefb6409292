import {
  IdParameter,
  License,
  LicenseList,
  LicensesQuery,
  Organization,
  OrganizationList,
  RoleEntry,
  RoleList,
} from '../contract/index.ts';
import type { Api } from '../http/index.ts';
import { presentOrganization } from './present.ts';
import type { OrganizationService } from './service.ts';

const tags = ['administration'];

/** Short lists: none of them is paged. */
export function organizationRoutes(app: Api, organizations: OrganizationService): void {
  app.get(
    '/organizations',
    { schema: { tags, summary: 'List your organization', response: { 200: OrganizationList } } },
    async ({ caller }) => ({ items: [presentOrganization(await organizations.own(caller))] }),
  );
  app.get(
    '/organizations/:id',
    { schema: { tags, summary: 'Get your organization', params: IdParameter, response: { 200: Organization } } },
    async ({ caller, params }) => presentOrganization(await organizations.get(caller, params.id)),
  );
  app.get(
    '/licenses',
    { schema: { tags, summary: 'List licences', querystring: LicensesQuery, response: { 200: LicenseList } } },
    async ({ caller, query }) => ({ items: await organizations.licenses(caller, query) }),
  );
  app.get(
    '/licenses/:id',
    { schema: { tags, summary: 'Get a licence', params: IdParameter, response: { 200: License } } },
    async ({ caller, params }) => organizations.license(caller, params.id),
  );
  app.get('/roles', { schema: { tags, summary: 'List roles', response: { 200: RoleList } } }, async ({ caller }) => ({
    items: organizations.roles(caller),
  }));
  app.get(
    '/roles/:id',
    { schema: { tags, summary: 'Get a role', params: IdParameter, response: { 200: RoleEntry } } },
    async ({ caller, params }) => organizations.role(caller, params.id),
  );
}
