import type { Integration } from '../../contract/index.ts';
import { isoTime } from '../../core/clock.ts';
import { publicId } from '../../core/ids.ts';
import { splitScopes } from '../scopes.ts';
import { redirectUrisOf, type IntegrationRow } from './store.ts';

export function presentIntegration(integration: IntegrationRow): Integration {
  return {
    id: publicId('APPLICATION', integration.clientId),
    clientId: integration.clientId,
    name: integration.name,
    ...(integration.description !== null && { description: integration.description }),
    redirectUris: redirectUrisOf(integration),
    scopes: splitScopes(integration.scopes),
    created: isoTime(integration.createdAt),
    lastModified: isoTime(integration.modifiedAt),
  };
}
