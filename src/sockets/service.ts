import { DeviceBody } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import { isUuid, newUuid } from '../core/ids.ts';
import type { Database, Reader, Writer } from '../db/index.ts';
import { mustBeThere } from '../people/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import type { OpenSockets } from './open-sockets.ts';
import { deleteDevice, devicesOf, findDevice, insertDevice, type DeviceRow } from './store.ts';

export interface DeviceLimits {
  perPerson: number;
  /** How long (ms) a device is kept that has no socket. */
  lifetimeMs: number;
}

interface DeviceParts {
  db: Database;
  log: Pick<EventLog, 'head'>;
  clock: Clock;
  open: OpenSockets;
  limits: DeviceLimits;
}

/** What people's clients register to hear of events by socket: each remembers how far its client has come. */
export class Devices {
  readonly #parts: DeviceParts;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
  }

  async list(caller: Caller): Promise<DeviceRow[]> {
    const devices = await devicesOf(this.#parts.db.reader, caller.personId);
    return devices.filter((device) => !this.#expired(device));
  }

  async get(caller: Caller, id: string): Promise<DeviceRow> {
    return this.#own(this.#parts.db.reader, caller, id);
  }

  /** It begins with what happens from now on. */
  async register(caller: Caller, body: DeviceBody): Promise<DeviceRow> {
    return this.#parts.db.write((tx) => this.#insert(tx, caller, newUuid(), body));
  }

  async refresh(caller: Caller, id: string, body: DeviceBody): Promise<DeviceRow> {
    return this.#parts.db.write(async (tx) => {
      const device = await this.#own(tx, caller, id);
      const now = this.#parts.clock.now();
      const changes = { ...this.#described(body), seenAt: now, modifiedAt: now };
      await tx.query.updateTable('devices').set(changes).where('id', '=', device.id).execute();
      return { ...device, ...changes };
    });
  }

  /** Its socket ends with it. */
  async remove(caller: Caller, id: string): Promise<void> {
    await this.#parts.db.write(async (tx) => this.#delete(tx, await this.#own(tx, caller, id)));
  }

  async removeAll(caller: Caller): Promise<void> {
    await this.#parts.db.write((tx) => this.removeAllOf(tx, caller.personId));
  }

  async removeAllOf(tx: Writer, personId: number): Promise<void> {
    for (const device of await devicesOf(tx, personId)) await this.#delete(tx, device);
  }

  /**
   * The device that a socket was opened for. The SDK comes back to the same address for ever and asks for no other one, so a
   * device that is gone by then is there again, from now on.
   */
  async forSocket(caller: Caller, id: string): Promise<DeviceRow> {
    if (!isUuid(id)) throw new ApiError('deviceNotFound');
    const { db } = this.#parts;
    const known = await findDevice(db.reader, id);
    // Nothing is written while all is as it was: those who come back must get in when the disk is full.
    if (known && known.personId === caller.personId && !this.#expired(known)) return known;
    return db.write(async (tx) => {
      const device = await findDevice(tx, id);
      if (device && device.personId !== caller.personId) throw new ApiError('deviceNotFound');
      if (device) await this.#delete(tx, device);
      return this.#insert(tx, caller, id, DeviceBody.parse({}));
    });
  }

  async #insert(tx: Writer, caller: Caller, uuid: string, body: DeviceBody): Promise<DeviceRow> {
    await mustBeThere(tx, caller);
    await this.#makeRoom(tx, caller);
    const now = this.#parts.clock.now();
    return insertDevice(tx, {
      ...this.#described(body),
      uuid,
      personId: caller.personId,
      position: this.#parts.log.head,
      seenAt: now,
      createdAt: now,
      modifiedAt: now,
    });
  }

  /** A new device takes the place of the one that had no socket for longest; one with an open socket yields to none. */
  async #makeRoom(tx: Writer, { personId }: Caller): Promise<void> {
    const { open, limits } = this.#parts;
    const devices = await devicesOf(tx, personId);
    const expired = devices.filter((device) => this.#expired(device));
    const idle = devices.filter((device) => !expired.includes(device) && !open.has(device.id));
    const kept = devices.length - expired.length;
    const tooMany = kept - limits.perPerson + 1;
    if (tooMany > idle.length) throw new ApiError('tooManyDevices', { limit: limits.perPerson });
    for (const device of [...expired, ...idle.slice(0, Math.max(tooMany, 0))]) await this.#delete(tx, device);
  }

  async #delete(tx: Writer, { id }: DeviceRow): Promise<void> {
    await deleteDevice(tx, id);
    tx.afterCommit(() => this.#parts.open.end(id));
  }

  /** A device of somebody else, or one that has expired, is not there (ERR-5). */
  async #own(reader: Reader, caller: Caller, id: string): Promise<DeviceRow> {
    const device = await findDevice(reader, id);
    if (!device || device.personId !== caller.personId || this.#expired(device)) throw new ApiError('deviceNotFound');
    return device;
  }

  #expired({ id, seenAt, lifetimeMs }: DeviceRow): boolean {
    const { clock, open } = this.#parts;
    return !open.has(id) && seenAt + lifetimeMs <= clock.now();
  }

  #described({ ttl = Infinity, ...about }: DeviceBody): Pick<DeviceRow, 'about' | 'lifetimeMs'> {
    return { about: JSON.stringify(about), lifetimeMs: Math.min(ttl * 1_000, this.#parts.limits.lifetimeMs) };
  }
}
