import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newMasterKey, SealBrokenError, Vault } from './vault.ts';

const vault = new Vault([newMasterKey()]);

test('what is sealed opens again, and only in its context', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
      const key = vault.newDataKey();
      const box = vault.seal(key, context, text);
      expect(vault.open(key, context, box)).toBe(text);
      expect(() => vault.open(key, `${context}!`, box)).toThrow(SealBrokenError);
      expect(() => vault.open(vault.newDataKey(), context, box)).toThrow(SealBrokenError);
    }),
  );
});

test('every altered byte is noticed', () => {
  const key = vault.newDataKey();
  const box = vault.seal(key, 'c', 'secret');
  for (let at = 0; at < box.length; at++) {
    const altered = Uint8Array.from(box);
    altered[at] = (altered[at] ?? 0) ^ 1;
    expect(() => vault.open(key, 'c', altered)).toThrow(SealBrokenError);
  }
});

test('the clear text is not in the box', () => {
  const sealed = vault.sealAlone('c', 'find me if you can');
  expect(Buffer.from(sealed).includes('find me')).toBe(false);
  expect(vault.openAlone('c', sealed)).toBe('find me if you can');
});

test('a rotated vault opens the old, wraps with the new, and no longer needs the old afterwards', () => {
  const [old, next] = [newMasterKey(), newMasterKey()];
  const before = new Vault([old]);
  const key = before.newDataKey();
  const box = before.seal(key, 'c', 'text');
  const alone = before.sealAlone('c', 'alone');

  const during = new Vault([next, old]);
  expect(during.open(key, 'c', box)).toBe('text');
  expect(during.isCurrent(key)).toBe(false);
  const rewrapped = during.rewrap(key);
  expect(during.isCurrent(rewrapped)).toBe(true);

  const after = new Vault([next]);
  expect(after.open(rewrapped, 'c', box)).toBe('text');
  expect(after.openAlone('c', during.rewrapAlone(alone))).toBe('alone');
  expect(() => after.open(key, 'c', box)).toThrow(SealBrokenError);
});
