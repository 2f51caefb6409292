import { Profile, type PersonCreate } from '../contract/index.ts';
import { publicId } from '../core/ids.ts';
import { bodyKey } from '../http/index.ts';

/** The profile of a body, as it is stored: JSON, with the one id in it as everybody sees it. */
export function profileText(body: Partial<PersonCreate>): string {
  const profile = Profile.parse(body);
  const { managerId } = profile;
  return JSON.stringify({
    ...profile,
    ...(managerId !== undefined && { managerId: publicId('PEOPLE', bodyKey('PEOPLE', managerId)) }),
  });
}

/** What `profileText` wrote; nothing else writes it. */
export function readProfile(text: string): Profile {
  return JSON.parse(text) as Profile;
}
