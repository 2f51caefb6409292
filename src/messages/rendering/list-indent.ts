interface Item {
  /** Of the marker, as written. */
  readonly column: number;
  /** From the marker to the text of the item. */
  readonly width: number;
  /** Spaces put before the marker. */
  readonly shift: number;
  /** Spaces put before what is inside the item. */
  innerShift: number;
}

interface Fence {
  readonly marker: string;
  readonly shift: number;
  /** A line that starts left of this is outside the list item, and so outside the code. */
  readonly column: number;
}

const ITEM = /^[ \t]*((?:[-*+]|\d{1,9}[.)]) {1,4})(?=\S)/;
const FENCE = /^[ \t]*(`{3,}(?!.*`)|~{3,})/;

/**
 * CommonMark takes into a list item what is indented as far as its text: three spaces under `1. `. The subset of
 * spec 3.4.2 nests by two spaces everywhere, so this adds what is missing. The lines of a code block move together.
 */
export function nestByTwoSpaces(markdown: string): string {
  const items: Item[] = [];
  let fence: Fence | undefined;

  function shiftOf(line: string): number {
    const column = columnOf(line);
    if (column === undefined) return fence?.shift ?? 0;
    if (fence && column >= fence.column) {
      const { shift, marker } = fence;
      if (isClosing(line, marker)) fence = undefined;
      return shift;
    }

    let outer = items.at(-1);
    while (outer && column < outer.column + 2) {
      items.pop();
      outer = items.at(-1);
    }
    if (outer) outer.innerShift = Math.max(outer.innerShift, outer.shift + outer.column + outer.width - column);
    const shift = outer?.innerShift ?? 0;

    const item = ITEM.exec(line);
    if (item?.[1]) items.push({ column, width: item[1].length, shift, innerShift: shift });
    const marker = FENCE.exec(line.slice(item?.[0].length))?.[1];
    const inner = items.at(-1);
    fence = marker ? { marker, shift, column: inner ? inner.column + 2 : 0 } : undefined;
    return shift;
  }

  return markdown
    .split(/\r\n?|\n/)
    .map((line) => ' '.repeat(shiftOf(line)) + line)
    .join('\n');
}

/** Where the text of a line starts, counting tabs to the next multiple of four; undefined for a blank line. */
function columnOf(line: string): number | undefined {
  let column = 0;
  for (const char of line) {
    if (char === ' ') column += 1;
    else if (char === '\t') column += 4 - (column % 4);
    else return column;
  }
  return undefined;
}

function isClosing(line: string, marker: string): boolean {
  const text = line.trim();
  return text.length >= marker.length && text === marker.charAt(0).repeat(text.length);
}
