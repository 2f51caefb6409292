export type { FetchFile, Upload, Uploads } from './uploads.ts';
export { nameInUrl } from './names.ts';
