import { derivedUuid, parseId, publicId } from '../core/ids.ts';

/** Word in the store, and the name that administration scripts look for (spec 13). All they do is to be held. */
const names = { messaging: 'Messaging', advancedMessaging: 'Advanced Messaging' } as const;

export type LicenseWord = keyof typeof names;

export interface LicenseWords {
  word: LicenseWord;
  name: string;
  id: string;
}

/** What every person holds unless somebody says otherwise; the column's default says the same. */
const allLicenses = Object.keys(names) as LicenseWord[];

/** An organization has licences of its own; their ids follow from it. */
export function licensesOf(orgUuid: string): readonly LicenseWords[] {
  return allLicenses.map((word) => ({
    word,
    name: names[word],
    id: publicId('LICENSE', derivedUuid('license', orgUuid, word)),
  }));
}

/** Undefined: it names none of this organization. */
export function licenseWithId(orgUuid: string, id: string): LicenseWords | undefined {
  const parsed = parseId('LICENSE', id);
  if (parsed.kind !== 'key') return undefined;
  return licensesOf(orgUuid).find((known) => known.id === publicId('LICENSE', parsed.key));
}
