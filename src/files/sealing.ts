import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SealBrokenError } from '../core/vault.ts';
import { contentPassed } from './buffers.ts';

/** A content and the key that is its own. */
export interface Sealing {
  uuid: string;
  key: Buffer;
}

/** Bytes of content in a box, but for the last one, and what sealing adds to each. */
export const BOX_CONTENT = 65_536;
const TAG_BYTES = 16;
const BOX_BYTES = BOX_CONTENT + TAG_BYTES;

export function newContentKey(): Buffer {
  return randomBytes(32);
}

/**
 * A content as it is kept: boxes of AES-256-GCM, one after the other. Each is bound to its content, its place, and whether
 * it is the last one, so boxes cannot be exchanged, reordered or left out. A key seals one content, so that the places can
 * be the nonces.
 */
export async function* seal(content: AsyncIterable<Uint8Array>, sealing: Sealing): AsyncGenerator<Uint8Array> {
  let place = 0;
  for await (const { bytes, isLast } of pieces(content, BOX_CONTENT)) {
    const cipher = createCipheriv('aes-256-gcm', sealing.key, nonce(place)).setAAD(boundTo(sealing, place, isLast));
    const sealed = cipher.update(bytes);
    cipher.final(); // A stream cipher holds nothing back.
    yield Buffer.concat([sealed, cipher.getAuthTag()]);
    place += 1;
  }
}

/** Where the boxes are that hold these bytes of a content; both ends are included. */
export function placesOf(range: { start: number; end: number }): { start: number; end: number } {
  const first = Math.floor(range.start / BOX_CONTENT);
  const last = Math.floor(range.end / BOX_CONTENT);
  return { start: first * BOX_BYTES, end: (last + 1) * BOX_BYTES - 1 };
}

/**
 * The bytes of a range, from the boxes that `placesOf` named. Throws `SealBrokenError` at the first box that was altered,
 * is another one, or is cut: what came before it is right.
 */
export async function* open(
  boxes: AsyncIterable<Uint8Array>,
  sealing: Sealing,
  size: number,
  { start, end }: { start: number; end: number },
): AsyncGenerator<Uint8Array> {
  const last = lastPlace(size);
  let place = Math.floor(start / BOX_CONTENT);
  for await (const { bytes } of pieces(boxes, BOX_BYTES)) {
    const content = opened(bytes, sealing, place, place === last);
    const before = place * BOX_CONTENT;
    yield content.subarray(Math.max(0, start - before), end + 1 - before);
    place += 1;
  }
  if (place <= Math.floor(end / BOX_CONTENT)) throw new SealBrokenError('The content ends too early.');
}

function opened(box: Buffer, sealing: Sealing, place: number, isLast: boolean): Buffer {
  if (box.length < TAG_BYTES) throw new SealBrokenError('The content is cut.');
  const at = box.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', sealing.key, nonce(place), { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(sealing, place, isLast)).setAuthTag(box.subarray(at));
  try {
    const content = decipher.update(box.subarray(0, at));
    decipher.final();
    return content;
  } catch (cause) {
    throw new SealBrokenError('The content was altered.', { cause });
  }
}

function lastPlace(size: number): number {
  return Math.max(0, Math.ceil(size / BOX_CONTENT) - 1);
}

function nonce(place: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUIntBE(place, 6, 6);
  return bytes;
}

function boundTo({ uuid }: Sealing, place: number, isLast: boolean): Buffer {
  return Buffer.from(`file:${uuid}:${place}:${isLast ? 'last' : 'more'}`);
}

/**
 * Regroups a stream: each piece has `size` bytes, the last one as many or less; an empty stream is one empty piece. A
 * piece is gone when the next one is asked for.
 */
async function* pieces(
  stream: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ bytes: Buffer; isLast: boolean }> {
  const piece = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of stream) {
    contentPassed(chunk.length);
    for (let at = 0; at < chunk.length;) {
      if (filled === size) {
        yield { bytes: piece, isLast: false };
        filled = 0;
      }
      const taken = Math.min(size - filled, chunk.length - at);
      piece.set(chunk.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
    }
  }
  yield { bytes: piece.subarray(0, filled), isLast: true };
}
