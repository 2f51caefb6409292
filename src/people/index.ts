export { findCaller, findPersonByEmail, findPersonByUuid, type PersonRef } from './store.ts';
