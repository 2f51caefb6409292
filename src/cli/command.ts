import type { Given, Setting } from '../config/index.ts';

/** Something that can be typed after `hearth`. */
export interface Command {
  /** One word or two: `dev`, `admin create`. */
  name: string;
  summary: string;
  /** Settings whose flags it takes. */
  settings: readonly Setting[];
  /** Options that are not settings, by name without `--`. */
  options?: Readonly<Record<string, Option>>;
  run: (call: Call) => Promise<void>;
}

export interface Option {
  /** What it takes, as help names it. */
  takes: string;
  description: string;
  required?: true;
}

/** One use of a command. */
export interface Call {
  given: Given;
  options: Readonly<Record<string, string | undefined>>;
  io: Io;
  /** Aborts when the program is asked to stop. */
  stop: AbortSignal;
}

/** Where a command speaks. */
export interface Io {
  /** For what was asked for, and for the log of a server. */
  out: NodeJS.WritableStream;
  /** For what the person at the keyboard should know beside it. */
  err: NodeJS.WritableStream;
  /** Columns of the terminal that `out` is; undefined: it is none. */
  width: number | undefined;
  colours: boolean;
}

/** What was typed makes no sense, or cannot be done as things are; the message says what to do. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Text of an option that its command requires, so that it was checked before the command ran. */
export function required(call: Call, option: string): string {
  const value = call.options[option];
  if (value === undefined) throw new Error(`--${option} is not among the required options.`);
  return value;
}
