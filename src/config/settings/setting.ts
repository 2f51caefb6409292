import type { z } from 'zod';

/**
 * Every setting, once: what reads it, what `hearth help` and docs/reference/settings.md say about it. A flag wins over
 * the environment, the environment over the default.
 */
export interface Setting {
  env: `HEARTH_${string}`;
  /** Option of the command line, without `--`; secrets have none, because other users of the machine see those. */
  flag?: string;
  /** What the flag takes, as help names it; absent for one that is just on when it is there. */
  takes?: string;
  /** From the text to the value; its message finishes the sentence "NAME …". */
  read: z.ZodType<unknown, string>;
  /** As one would write it; absent: there is none. */
  default?: string | { dev: string; serve: string };
  /** Full sentences, for the reference; help shows the first one. */
  description: string;
}

export type Table = Readonly<Record<string, Setting>>;

/** The values of a table's settings. */
export type ValuesOf<T extends Table> = {
  [K in keyof T]: z.output<T[K]['read']> | (T[K] extends { default: unknown } ? never : undefined);
};
