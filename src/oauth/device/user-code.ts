import { randomInt } from 'node:crypto';
import { hashToken } from '../../http/index.ts';

/** RFC 8628, 6.1: no vowels, so no words; nothing that looks like something else. 20 letters to the 8th are 2.5e10 codes. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 8;

/** `WDJB-MJHT` */
export function newUserCode(): string {
  const letters = Array.from({ length: LENGTH }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
  return `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`;
}

/** As it is stored, whatever case and marks a person typed it with; undefined: it cannot be one. */
export function hashUserCode(typed: string): Uint8Array | undefined {
  const letters = lettersOf(typed);
  return letters.length === LENGTH ? hashToken(`user code ${letters}`) : undefined;
}

/** As a page shows it again. */
export function printUserCode(typed: string): string {
  const letters = lettersOf(typed);
  return `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`;
}

function lettersOf(typed: string): string {
  return typed.toUpperCase().replaceAll(/[^A-Z]/g, '');
}
