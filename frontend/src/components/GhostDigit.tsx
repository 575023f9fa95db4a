import { examples } from "../examples";
import { PEN_WIDTHS, toPathData } from "../strokes";

const GHOST = examples.find(({ name }) => name === "a 3")?.strokes.flat()[0]?.points ?? [];

/** A faint digit that writes itself once, to show what the empty paper is for. */
export function GhostDigit() {
  return (
    <svg className="ghost-digit" viewBox="-0.15 -0.05 1.3 1.3" aria-hidden="true">
      <path d={toPathData(GHOST)} pathLength="1" strokeWidth={PEN_WIDTHS.default} />
    </svg>
  );
}
