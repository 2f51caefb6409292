export type { FetchFile, Incoming, Upload, Uploads } from './uploads.ts';
export { nameInUrl } from './names.ts';
