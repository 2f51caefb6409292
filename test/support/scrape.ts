import { expect } from 'vitest';
import type { TestServer } from './server.ts';

/** The figures of a server at one moment. */
export class Scrape {
  readonly text: string;
  readonly #values = new Map<string, number>();

  constructor(text: string) {
    this.text = text;
    for (const line of text.split('\n')) {
      const [, series, value] = /^([a-z]\S*?(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
      if (series !== undefined) this.#values.set(series, Number(value));
    }
  }

  /** As in the text: `name` or `name{label="value"}`; 0 for a series that is not there yet. */
  of(series: string): number {
    return this.#values.get(series) ?? 0;
  }

  /** Name, type, help of each metric of Hearth's own. */
  get described(): { name: string; type: string; help: string }[] {
    const found = [...this.text.matchAll(/^# HELP (hearth_\S+) (.*)\n# TYPE \S+ (\S+)$/gm)];
    return found.map(([, name = '', help = '', type = '']) => ({ name, type, help }));
  }

  get series(): string[] {
    return [...this.#values.keys()];
  }
}

export async function scrape(server: TestServer, headers: Record<string, string> = {}): Promise<Scrape> {
  const response = await fetch(new URL('/metrics', server.url), { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return new Scrape(await response.text());
}
