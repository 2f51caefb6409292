export { mayChangeTeam } from './policy.ts';
