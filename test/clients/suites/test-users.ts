import { once } from 'node:events';
import type { NewPeople, TestUser } from './suite.ts';

/** In place of `@webex/test-helper-test-users`, which makes people at the hosted service: the parent makes them. */
async function create({ count = 1 }: { count?: number } = {}): Promise<TestUser[]> {
  process.send?.({ kind: 'people', count });
  const [{ people }] = (await once(process, 'message')) as [NewPeople];
  return people;
}

/** Their server ends with the test. */
async function remove(): Promise<void> {}

export default { create, remove };
