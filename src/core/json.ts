/** How deep lists and objects may be nested where clients choose the shape: what handles them further on recurs. */
export const MOST_LEVELS = 64;

/** Whether parsed JSON is nested deeper than `levels`. Goes level by level, as it is asked of what may be hostile. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  let containers = [value].filter(isContainer);
  for (let level = 0; containers.length > 0; level += 1) {
    if (level === levels) return true;
    containers = containers.flatMap((container) => Object.values(container).filter(isContainer));
  }
  return false;
}

/** Bytes of UTF-8 that parsed JSON takes when it is written again. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value), 'utf8');
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
