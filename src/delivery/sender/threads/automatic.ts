/**
 * How many threads send when nobody has said. With few cores a thread only takes them from the rest; with more, two have
 * done whatever one main thread can hand over (docs/adr/0012).
 */
export function automaticThreads(cores: number): number {
  return cores < 4 ? 0 : 2;
}
