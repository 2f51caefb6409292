import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../core/caller.ts';
import { isoTime, type Clock } from '../core/clock.ts';
import { publicId } from '../core/ids.ts';
import { loggedPath, signalOfEnd, type Api } from '../http/index.ts';
import { answerOf } from './answer.ts';
import { isPayload, lengthOf, shaped } from './body.ts';
import type { Call } from './match.ts';
import type { Ending, Plan } from './plan.ts';
import type { FaultRules } from './rules.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What is to go wrong with it; undefined: nothing. */
    fault: Plan | undefined;
  }
}

/** Where rules are made and taken away: nothing ever goes wrong there. */
const FAULTS_PATH = '/hearth/v1/faults';

/**
 * Lets the rules at every request. They are asked once the caller is known; a request that was refused before that is none
 * of theirs. While there are no rules this is all that it costs.
 */
export function injectFaults(api: Api, rules: FaultRules, clock: Clock): void {
  api.decorateRequest('fault');
  // A server that stops waits for its answers: none of them may wait for a rule.
  api.addHook('preClose', (done) => {
    rules.clear();
    done();
  });
  api.addHook('preParsing', async (request, reply) => {
    if (rules.isEmpty || (request.routeOptions.url ?? '').startsWith(FAULTS_PATH)) return;
    const call = callOf(request, request.caller);
    const plan = rules.ask(call, {
      at: isoTime(clock.now()),
      method: call.method,
      path: loggedPath(call.path),
      ...(call.person && { personId: publicId('PEOPLE', call.person.uuid) }),
      trackingId: request.id,
    });
    if (!plan) return;
    request.fault = plan;
    await before(plan, reply, clock);
  });
  api.addHook('onSend', async (request, reply, payload) =>
    request.fault ? after(request.fault, reply, payload, clock) : payload,
  );
}

/** `caller` is missing where no token is asked for, whatever its type says. */
function callOf({ method, url, routeOptions }: FastifyRequest, caller: Caller | undefined): Call {
  return {
    method,
    path: `/${(url.split('?')[0] ?? '').split('/').filter(Boolean).join('/')}`,
    route: routeOptions.url?.replaceAll(/:(\w+)/g, '{$1}'),
    person: caller && { uuid: caller.uuid, email: caller.email },
  };
}

/** Resolves when the request may be carried out, or has ended here. */
async function before({ before: { waits, ending } }: Plan, reply: FastifyReply, clock: Clock): Promise<void> {
  const gone = signalOfEnd(reply);
  for (const { ms, ended } of waits) await pause(clock, ms, AbortSignal.any([gone, ended]));
  // Who has hung up meanwhile, as a proxy does that waits no longer, did not get through.
  if (gone.aborted || ending === 'reset') reset(reply.hijack());
  // Awaiting the reply is how Fastify knows that nothing is to follow.
  else if (ending) await reply.send(replace(reply, ending));
}

/** Answers the body to send. */
async function after(plan: Plan, reply: FastifyReply, payload: unknown, clock: Clock): Promise<unknown> {
  const gone = signalOfEnd(reply);
  for (const { ms, ended } of plan.after.waits) await pause(clock, ms, AbortSignal.any([gone, ended]));
  const { ending } = plan.after;
  if (ending === 'reset') reset(reply);
  const body = ending === undefined || ending === 'reset' ? payload : replace(reply, ending);
  reply.headers(plan.headers);
  if ((plan.truncateAfter === undefined && plan.drip === undefined) || !isPayload(body)) return body;
  if (reply.request.method === 'HEAD') return body;

  const length = lengthOf(body);
  if (length !== undefined) reply.header('content-length', length);
  // The length that was promised is not reached: Node.js then closes the connection, as it was told to.
  if (plan.truncateAfter !== undefined) reply.header('connection', 'close');
  return Readable.from(
    shaped(body, plan, ({ everyMs, ended }) => pause(clock, everyMs, AbortSignal.any([gone, ended]))),
    { objectMode: false },
  );
}

/** The body that a rule gives in place of the real one, whose headers go with it. */
function replace(reply: FastifyReply, ending: Exclude<Ending, 'reset'>): string {
  const { type, text } = answerOf(ending, reply.request.id);
  for (const name of Object.keys(reply.getHeaders())) {
    if (name === 'link' || name.startsWith('content-')) reply.removeHeader(name);
  }
  reply.code(ending.status).header('content-type', type);
  return text;
}

function reset({ raw }: FastifyReply): void {
  raw.socket?.resetAndDestroy();
}

/** Ends early when somebody has hung up, or the rule is taken away. */
function pause(clock: Clock, ms: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ended.aborted) return resolve();
    const timer = clock.setTimer(ms, end);
    ended.addEventListener('abort', end, { once: true });
    function end(): void {
      timer.cancel();
      ended.removeEventListener('abort', end);
      resolve();
    }
  });
}
