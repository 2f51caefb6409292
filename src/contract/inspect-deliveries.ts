import { z } from 'zod';
import { cursorParameter, idInput, listOf, maxParameter, publicIdText, timestamp, timestampInput } from './common.ts';

/** An event of the log, by its names alone. */
export const EventReference = z
  .object({
    id: z.string().meta({ description: 'The first part of the ids of its deliveries.' }),
    sequence: z.int().meta({ description: 'Position in the log, the same as X-Hearth-Sequence.' }),
    resource: z.string(),
    event: z.string(),
    created: timestamp,
  })
  .meta({ id: 'EventReference' });
export type EventReference = z.output<typeof EventReference>;

const state = z.enum(['waiting', 'delivered', 'failed', 'dropped'], {
  error: 'state must be one or several of waiting, delivered, failed, dropped.',
});

/** Where the duty to bring one event to one webhook stands. */
export const Delivery = z
  .object({
    id: z.string().meta({ description: 'The same as X-Hearth-Delivery-Id.' }),
    webhookId: publicIdText,
    event: EventReference,
    state,
    attempts: z.int(),
    status: z.int().optional().meta({ description: 'What the receiver answered last.' }),
    reason: z.string().optional().meta({ description: 'Why it waits, failed or was dropped.' }),
    nextAttempt: timestamp
      .optional()
      .meta({ description: 'While it waits; absent then: after an earlier one of its room.' }),
    replayId: z.string().optional().meta({ description: 'The replay that brought it back last.' }),
    updated: timestamp.meta({
      description: 'When its last attempt ended; before the first one, when it was recorded.',
    }),
  })
  .meta({ id: 'Delivery' });
export type Delivery = z.output<typeof Delivery>;

export const DeliveryList = listOf(Delivery);

const headers = z.record(z.string(), z.string()).meta({ description: 'Names in lower case.' });

/** Absent: it was not needed, or not reached. */
const phase = z.number().optional();

const Timings = z
  .object({ dnsMs: phase, connectMs: phase, tlsMs: phase, firstByteMs: phase, totalMs: z.number() })
  .meta({ description: 'Where the time went. The steps of connecting are there when a connection was made.' });

/** One HTTP request made for a delivery, and what came back. */
export const Attempt = z
  .object({
    number: z.int().meta({ description: 'The same as X-Hearth-Attempt.' }),
    started: timestamp,
    durationMs: z.number(),
    timings: Timings.optional(),
    status: z.int().optional(),
    error: z.string().optional().meta({ description: 'What went wrong; absent when it was delivered.' }),
    request: z.object({ url: z.string(), headers, body: z.string() }).optional(),
    response: z
      .object({
        headers,
        body: z.string().optional().meta({ description: 'As text, where it is UTF-8.' }),
        bodyBase64: z.string().optional().meta({ description: 'Any other body.' }),
        truncated: z.boolean().meta({ description: 'More of the body was on its way.' }),
      })
      .optional()
      .meta({ description: 'Headers that may hold credentials are left out.' }),
  })
  .meta({ id: 'Attempt' });
export type Attempt = z.output<typeof Attempt>;

export const InspectedDelivery = Delivery.extend({
  attemptLog: z.array(Attempt).meta({ description: 'Every attempt that is on record, in order.' }),
}).meta({ id: 'InspectedDelivery' });
export type InspectedDelivery = z.output<typeof InspectedDelivery>;

const statusError = 'status must be a status such as 404, or a class such as 5xx.';

/** One value, or several: repeated, or separated by commas. */
const states = z
  .union([z.string(), z.array(z.string())])
  .transform((text) => [text].flat().flatMap((part) => part.split(',')))
  .pipe(z.array(state))
  .optional()
  .meta({ description: 'One or several of waiting, delivered, failed, dropped, separated by commas.' });

export const DeliveriesQuery = z.object({
  webhookId: idInput.optional().meta({ description: 'Absent: all of your own webhooks.' }),
  state: states,
  status: z
    .string()
    .regex(/^[1-5](?:\d\d|xx)$/, statusError)
    .optional()
    .meta({ description: 'What the receiver answered last: a status such as 404, or a class such as 5xx.' }),
  eventId: z.string().optional(),
  messageId: idInput.optional().meta({ description: 'Deliveries of the events about this message.' }),
  resource: z.string().optional(),
  event: z.string().optional(),
  since: timestampInput.optional().meta({ description: 'Events from this time on.' }),
  until: timestampInput.optional().meta({ description: 'Events before this time.' }),
  replayId: z.string().optional(),
  max: maxParameter(50, 500),
  cursor: cursorParameter,
});
export type DeliveriesQuery = z.output<typeof DeliveriesQuery>;
