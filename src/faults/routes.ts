import {
  Fault,
  FaultCreate,
  FaultList,
  FaultPresetCreate,
  FaultPresetList,
  FaultsQuery,
  IdParameter,
  NoContent,
  presetNames,
} from '../contract/index.ts';
import type { Api } from '../http/index.ts';
import { mayMakeFaults, type FaultMakers } from './policy.ts';
import { presentFault } from './present.ts';
import { presets } from './presets.ts';
import type { FaultRules } from './rules.ts';

const tags = ['faults'];

export async function faultRoutes(ours: Api, rules: FaultRules, makers: FaultMakers): Promise<void> {
  // A scope of its own: the permission is asked for on these routes and no others.
  await ours.register(async (app: Api) => {
    app.addHook('onRequest', async (request) => mayMakeFaults(request.caller, makers));
    routes(app, rules);
  });
}

function routes(app: Api, rules: FaultRules): void {
  app.get(
    '/faults',
    { schema: { tags, summary: 'List the faults', querystring: FaultsQuery, response: { 200: FaultList } } },
    async (request) => ({ items: rules.list(request.query.preset).map(presentFault) }),
  );
  app.post(
    '/faults',
    { schema: { tags, summary: 'Make requests fail', body: FaultCreate, response: { 200: Fault } } },
    async (request) => presentFault(rules.add(request.body, request.caller.uuid)),
  );
  app.delete(
    '/faults',
    { schema: { tags, summary: 'Delete all faults', querystring: FaultsQuery, response: { 204: NoContent } } },
    async (request, reply) => {
      rules.clear(request.query.preset);
      return reply.code(204).send();
    },
  );
  app.get(
    '/faults/presets',
    { schema: { tags, summary: 'List the presets', response: { 200: FaultPresetList } } },
    async () => ({ items: presetNames.map((name) => ({ name, description: presets[name].description })) }),
  );
  app.post(
    '/faults/presets',
    {
      schema: { tags, summary: 'Make the faults of a preset', body: FaultPresetCreate, response: { 200: FaultList } },
    },
    async (request) => ({ items: rules.addPreset(request.body, request.caller.uuid).map(presentFault) }),
  );
  app.get(
    '/faults/:id',
    { schema: { tags, summary: 'Get a fault and its hits', params: IdParameter, response: { 200: Fault } } },
    async (request) => presentFault(rules.get(request.params.id)),
  );
  app.put(
    '/faults/:id',
    {
      schema: { tags, summary: 'Change a fault', params: IdParameter, body: FaultCreate, response: { 200: Fault } },
    },
    async (request) => presentFault(rules.change(request.params.id, request.body)),
  );
  app.delete(
    '/faults/:id',
    { schema: { tags, summary: 'Delete a fault', params: IdParameter, response: { 204: NoContent } } },
    async (request, reply) => {
      rules.remove(request.params.id);
      return reply.code(204).send();
    },
  );
}
