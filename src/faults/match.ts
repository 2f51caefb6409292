import type { FaultCreate } from '../contract/index.ts';

/** What a rule has to know of a request. */
export interface Call {
  method: string;
  /** As it was called, without a query. */
  path: string;
  /** As `/openapi.json` writes it; undefined: there is nothing at this path. */
  route: string | undefined;
  /** Undefined: nobody, as the route asks for no token. */
  person: { uuid: string; email: string } | undefined;
}

/** `personUuid`: what the rule's `personId` means. */
export type Conditions = Pick<FaultCreate, 'methods' | 'path' | 'personEmail'> & { personUuid?: string };

/** Whether the request is one of those that the rule is about. */
export function isAbout({ methods, path, personUuid, personEmail }: Conditions, call: Call): boolean {
  return (
    (methods === undefined || methods.some((method) => method === call.method)) &&
    (personUuid === undefined || personUuid === call.person?.uuid) &&
    (personEmail === undefined || personEmail.toLowerCase() === call.person?.email) &&
    (fits(path, call.path) || (call.route !== undefined && fits(path, call.route)))
  );
}

/** `*` stands for one segment of the path; at the end, for one or more. */
export function fits(pattern: string, path: string): boolean {
  const [wanted, given] = [segmentsOf(pattern), segmentsOf(path)];
  const long = wanted.at(-1) === '*' ? given.length >= wanted.length : given.length === wanted.length;
  return long && wanted.every((segment, at) => segment === '*' || segment === given[at]);
}

/** A slash at the end, and one too many, mean nothing (HTTP-3, HTTP-5). */
function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

export type Occasions = Pick<FaultCreate, 'nth' | 'from' | 'to' | 'every' | 'probability' | 'seed'>;

/** Whether the request with this number, from 1 on, is to fail. The same numbers and the same seed: the same answers. */
export function isTurnOf({ nth, from = 1, to, every, probability, seed }: Occasions, number: number): boolean {
  return (
    (nth === undefined || number === nth) &&
    number >= from &&
    (to === undefined || number <= to) &&
    (every === undefined || (number - from + 1) % every === 0) &&
    (probability === undefined || draw(seed, number) < probability)
  );
}

/** A number from 0 up to 1 that follows from the two: an integer hash whose bits all depend on all of theirs. */
export function draw(seed: number, number: number): number {
  let bits = (seed + Math.imul(number, 0x9e_37_79_b9)) >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21_f0_aa_ad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x73_5a_2d_97);
  return ((bits ^ (bits >>> 15)) >>> 0) / 4_294_967_296;
}
