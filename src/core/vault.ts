import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/**
 * Seals what must not be readable in the database: AES-256-GCM, a data key for each room, wrapped by a master key.
 *
 * A box is `version (1) | nonce (12) | ciphertext | tag (16)`; a wrapped key has the wrapping key's fingerprint (4) in
 * front, so that keys of several master keys live side by side while they are rotated. The context (what is sealed, and
 * for which object) is authenticated: a box moved to another row does not open.
 */
export class Vault {
  readonly #current: MasterKey;
  readonly #byFingerprint: ReadonlyMap<string, MasterKey>;
  /** Unwrapped data keys by their wrapped form. */
  readonly #dataKeys = new Map<string, Buffer>();

  /** `masterKeys`: 32 bytes each; the first one wraps, all of them unwrap. */
  constructor(masterKeys: readonly [Uint8Array, ...Uint8Array[]]) {
    const keys = masterKeys.map(asMasterKey);
    this.#current = asMasterKey(masterKeys[0]);
    this.#byFingerprint = new Map(keys.map((key) => [key.fingerprint.toString('hex'), key]));
  }

  /** A new data key in its wrapped form. */
  newDataKey(): Uint8Array {
    return this.#wrap(randomBytes(KEY_BYTES));
  }

  /** The same data key, wrapped by the current master key. */
  rewrap(wrapped: Uint8Array): Uint8Array {
    return this.#wrap(this.#unwrap(wrapped));
  }

  /** Whether `wrapped` was wrapped by the current master key. */
  isCurrent(wrapped: Uint8Array): boolean {
    return this.#current.fingerprint.equals(wrapped.subarray(0, FINGERPRINT_BYTES));
  }

  seal(wrapped: Uint8Array, context: string, text: string): Uint8Array {
    return encrypt(this.#unwrap(wrapped), context, Buffer.from(text, 'utf8'));
  }

  /** Throws `SealBrokenError` when the box was altered, moved, or sealed under a key that is not at hand. */
  open(wrapped: Uint8Array, context: string, box: Uint8Array): string {
    return decrypt(this.#unwrap(wrapped), context, box).toString('utf8');
  }

  /** For single values that belong to no room: a data key of their own travels in front of the box. */
  sealAlone(context: string, text: string): Uint8Array {
    const wrapped = this.newDataKey();
    return Buffer.concat([wrapped, this.seal(wrapped, context, text)]);
  }

  openAlone(context: string, sealed: Uint8Array): string {
    return this.open(sealed.subarray(0, WRAPPED_BYTES), context, sealed.subarray(WRAPPED_BYTES));
  }

  /** The same value under the current master key. */
  rewrapAlone(sealed: Uint8Array): Uint8Array {
    return Buffer.concat([this.rewrap(sealed.subarray(0, WRAPPED_BYTES)), sealed.subarray(WRAPPED_BYTES)]);
  }

  #wrap(dataKey: Buffer): Uint8Array {
    return Buffer.concat([this.#current.fingerprint, encrypt(this.#current.key, WRAP_CONTEXT, dataKey)]);
  }

  #unwrap(wrapped: Uint8Array): Buffer {
    const name = Buffer.from(wrapped).toString('latin1');
    const known = this.#dataKeys.get(name);
    if (known) return known;
    const master = this.#byFingerprint.get(Buffer.from(wrapped.subarray(0, FINGERPRINT_BYTES)).toString('hex'));
    if (!master) throw new SealBrokenError('It was sealed under a master key that is not configured.');
    const dataKey = decrypt(master.key, WRAP_CONTEXT, wrapped.subarray(FINGERPRINT_BYTES));
    if (this.#dataKeys.size >= MOST_CACHED_KEYS) this.#dataKeys.clear();
    this.#dataKeys.set(name, dataKey);
    return dataKey;
  }
}

/** The wrapped data key in front of what is sealed alone; a wrapped key is its own. */
export function keyOf(sealed: Uint8Array): Uint8Array {
  return sealed.subarray(0, WRAPPED_BYTES);
}

/** Sealed data that does not open: wrong key, or the bytes were altered. */
export class SealBrokenError extends Error {
  override name = 'SealBrokenError';
}

export function newMasterKey(): Uint8Array {
  return randomBytes(KEY_BYTES);
}

export const KEY_BYTES = 32;
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FINGERPRINT_BYTES = 4;
const WRAPPED_BYTES = FINGERPRINT_BYTES + 1 + NONCE_BYTES + KEY_BYTES + TAG_BYTES;
const WRAP_CONTEXT = 'data key';
const MOST_CACHED_KEYS = 10_000;

interface MasterKey {
  key: Buffer;
  fingerprint: Buffer;
}

function asMasterKey(bytes: Uint8Array): MasterKey {
  if (bytes.length !== KEY_BYTES) throw new Error(`A master key has ${KEY_BYTES} bytes, not ${bytes.length}.`);
  const fingerprint = createHash('sha256')
    .update('hearth master key')
    .update(bytes)
    .digest()
    .subarray(0, FINGERPRINT_BYTES);
  return { key: Buffer.from(bytes), fingerprint };
}

/** Random bytes are drawn many at a time: one call costs as much for a thousand nonces as for one. */
let nonces = Buffer.alloc(0);

function nextNonce(): Buffer {
  if (nonces.length === 0) nonces = randomBytes(1_000 * NONCE_BYTES);
  const nonce = nonces.subarray(0, NONCE_BYTES);
  nonces = nonces.subarray(NONCE_BYTES);
  return nonce;
}

function encrypt(key: Buffer, context: string, plain: Buffer): Buffer {
  const nonce = nextNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context, 'utf8'));
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, context: string, box: Uint8Array): Buffer {
  if (box[0] !== VERSION || box.length < 1 + NONCE_BYTES + TAG_BYTES) {
    throw new SealBrokenError('It is not a sealed box of a version this program knows.');
  }
  const nonce = box.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context, 'utf8')).setAuthTag(box.subarray(box.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(box.subarray(1 + NONCE_BYTES, box.length - TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new SealBrokenError('It was altered, or sealed for something else.', { cause });
  }
}
