import type { MessageCreate } from '../contract/index.ts';
import { ApiError } from '../core/errors.ts';
import type { Upload } from '../files/index.ts';

/** MSG-2, MSG-4: where the file of a message is to be fetched from, unless it came with it or there is none. */
export function fileUrlOf({ files = [] }: MessageCreate, upload: Upload | undefined): string | undefined {
  // Forms send fields that nobody filled in.
  const urls = files.map((url) => url.trim()).filter((url) => url !== '');
  if (urls.length + (upload ? 1 : 0) > 1) throw new ApiError('tooManyFiles');
  return urls[0];
}
