import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Caller } from '../core/caller.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import type { Resource } from '../core/events.ts';
import { newUuid } from '../core/ids.ts';
import { logLevelOf, type Reader } from '../db/index.ts';
import type { Matcher } from '../delivery/matcher.ts';
import { hashToken, type FindCaller } from '../http/index.ts';
import { interestIn } from '../stream/interest.ts';
import type { Streams } from '../stream/streams.ts';
import { mayHearOf } from '../webhooks/index.ts';
import { closings, refusal, type Closing } from './closing.ts';
import type { Frame } from './frames.ts';
import type { OpenSockets } from './open-sockets.ts';
import type { Places } from './places.ts';
import type { Devices } from './service.ts';
import { Telling } from './telling.ts';
import { Wire } from './wire.ts';

/** How long (ms) a client has until it says who it is. */
const AUTHORIZE_WITHIN_MS = 10_000;
/** How often (ms) the other end is asked for a sign of life, and the token looked at; the SDK says something as often. */
const LOOK_MS = 15_000;
/** So many looks after one another, a device on whose socket nothing happens is noted as there. */
const LOOKS_PER_NOTE = 40;

/** What `listen()` of the SDK tells of. */
const resources: readonly Exclude<Resource, 'tabs'>[] = ['messages', 'memberships', 'rooms', 'attachmentActions'];

export interface DeviceSocketParts {
  reader: Reader;
  clock: Clock;
  logger: Logger;
  findCaller: FindCaller;
  devices: Devices;
  open: OpenSockets;
  places: Places;
  streams: Streams;
  matcher: Pick<Matcher, 'sightOf'>;
  firstMessageDelayMs: number;
}

/** One web socket of a device, from its first frame to its end. */
export class DeviceSocket {
  readonly #parts: DeviceSocketParts;
  readonly #wire: Wire;
  readonly #deviceUuid: string;
  /** The URL under which the client knows this server. */
  readonly #base: string;
  readonly #ended = new AbortController();
  #timer: Timer;
  #authorizing = false;
  #telling: Telling | undefined;

  /** Waits for who it is that has opened it. */
  static serve(ws: WebSocket, parts: DeviceSocketParts, device: { uuid: string; base: string }): DeviceSocket {
    return new DeviceSocket(ws, parts, device);
  }

  private constructor(ws: WebSocket, parts: DeviceSocketParts, { uuid, base }: { uuid: string; base: string }) {
    this.#parts = parts;
    this.#deviceUuid = uuid;
    this.#base = base;
    this.#wire = new Wire(ws, (frame) => this.#hear(frame));
    this.#timer = parts.clock.setTimer(AUTHORIZE_WITHIN_MS, () => this.end(closings.silent));
    this.#wire.gone.addEventListener('abort', () => {
      this.#timer.cancel();
      this.#ended.abort();
    });
  }

  /** What comes in after this is not heard. */
  end(closing: Closing): void {
    this.#ended.abort();
    this.#wire.close(closing);
  }

  #hear(frame: Frame): void {
    if (this.#ended.signal.aborted) return;
    if (frame.type === 'authorization') this.#authorizeOnce(frame.data.token);
    else if (!this.#authorizing) this.end(closings.unauthorized);
    else if (frame.type === 'ping') void this.#wire.send({ type: 'pong', id: frame.id });
    else if (frame.type === 'ack') this.#telling?.acknowledge(frame.messageId);
  }

  #authorizeOnce(token: string): void {
    if (this.#authorizing) return;
    this.#authorizing = true;
    this.#timer.cancel();
    this.#converse(hashToken(token.replace(/^bearer +/i, ''))).catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    const refused = refusal(error);
    if (!refused) this.#parts.logger[logLevelOf(error)]({ err: error }, 'a socket broke off');
    this.end((this.#telling ? undefined : refused) ?? closings.failed);
  }

  async #converse(tokenHash: Uint8Array): Promise<void> {
    const { findCaller, devices, open, places, streams, matcher } = this.#parts;
    const caller = await findCaller(tokenHash);
    if (!caller) throw new ApiError('unauthorized');
    const heard = resources.filter((resource) => mayHearOf(caller, resource));
    if (heard.length === 0) throw new ApiError('forbidden');

    const device = await devices.forSocket(caller, this.#deviceUuid);
    if (this.#ended.signal.aborted) return;
    open.put(device.id, this, this.#ended.signal);
    const cursor = { event: await places.of(device.id), change: 0 };
    using listener = streams.follow(caller, interestIn(matcher, caller, heard), cursor, this.#ended.signal);
    const telling = new Telling({
      ...this.#parts,
      wire: this.#wire,
      listener,
      base: this.#base,
      reached: (position) => {
        // Another socket of the device may have gone further.
        if (!this.#ended.signal.aborted) places.note(device.id, position);
      },
      told: () => open.countEvent(),
    });
    // The SDK takes itself for connected when it hears this, and takes nothing else for a first frame.
    await this.#wire.send({ id: newUuid(), data: { eventType: 'mercury.buffer_state' } });
    this.#telling = telling;
    this.#lookAfter(tokenHash, caller, () => places.note(device.id, telling.place));
    await telling.run();
  }

  #lookAfter(tokenHash: Uint8Array, caller: Caller, note: () => void, looks = 1): void {
    if (this.#ended.signal.aborted) return;
    const { clock } = this.#parts;
    this.#timer = clock.setTimer(LOOK_MS, () => {
      this.#wire.probe();
      if (looks % LOOKS_PER_NOTE === 0) note();
      this.#stillTrusted(tokenHash, caller).then(
        (trusted) => (trusted ? this.#lookAfter(tokenHash, caller, note, looks + 1) : this.end(closings.untrusted)),
        (error: unknown) => this.#fail(error),
      );
    });
  }

  async #stillTrusted(tokenHash: Uint8Array, { personId }: Caller): Promise<boolean> {
    return (await this.#parts.findCaller(tokenHash))?.personId === personId;
  }
}
