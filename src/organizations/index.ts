export { licensesOf, licenseWithId } from './licenses.ts';
export { roles, roleWithId } from './roles.ts';
export { hasWord } from './store.ts';
