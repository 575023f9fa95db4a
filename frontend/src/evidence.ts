/** What spoke for a digit: a grid over the model input, and words for it. */

import type { Reading } from "./numbers";

export type Evidence = NonNullable<Reading["evidence"]>[number];

const ROWS = ["top", "middle", "bottom"] as const;
const COLUMNS = ["left", "", "right"] as const;

/** The regions that are named, from the strongest. */
const REGIONS_NAMED = 2;

/** Returns what was asked for if it belongs to the reading, or else what speaks for its digit. */
export function evidenceFor(
  reading: Reading | undefined,
  asked: Evidence | null,
): Evidence | undefined {
  const all = reading?.evidence ?? [];
  return (
    all.find((evidence) => evidence === asked) ??
    all.find((evidence) => evidence.digit === reading?.digit)
  );
}

/** Returns how much each part speaks for the digit, row by row: 1 for the part that does most. */
export function strengths({ grid }: Evidence): number[] {
  const parts = grid.flat();
  const most = Math.max(...parts);
  return parts.map((part) => (most > 0 ? Math.max(0, part) / most : 0));
}

/** Says in one sentence where most of what speaks for the digit is. */
export function describeEvidence({ digit, grid }: Evidence): string {
  const sums = new Map<string, number>();
  grid.forEach((row, y) => {
    row.forEach((part, x) => {
      const name = regionName(third(y, grid.length), third(x, row.length));
      sums.set(name, (sums.get(name) ?? 0) + Math.max(0, part));
    });
  });
  const named = [...sums]
    .filter(([, sum]) => sum > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, REGIONS_NAMED)
    .map(([name]) => `the ${name}`);
  return named.length === 0
    ? `Nothing in it speaks for ${digit}.`
    : `What speaks for ${digit} is mostly at ${named.join(" and ")}.`;
}

function third(index: number, count: number): 0 | 1 | 2 {
  const middle = (index + 0.5) / count;
  return middle < 1 / 3 ? 0 : middle < 2 / 3 ? 1 : 2;
}

/** Names a ninth of the grid: "top left", "right", "middle". */
function regionName(row: 0 | 1 | 2, column: 0 | 1 | 2): string {
  if (row === 1 && column !== 1) return COLUMNS[column];
  return `${ROWS[row]} ${COLUMNS[column]}`.trim();
}
