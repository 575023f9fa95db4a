/** Pen strokes, and the small image of them that is sent to the API. */

/** A position on the sketchpad: x to the right and y down, each a fraction of its side. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Stroke {
  /** As a fraction of the sketchpad's side. */
  readonly width: number;
  readonly points: readonly Point[];
}

/** Fractions of the sketchpad's side; the default looks like a felt-tip pen. */
export const PEN_WIDTHS = { min: 0.015, default: 0.055, max: 0.105, step: 0.01 } as const;

/** Pixels: 7 for each of the 28 of the model input; a few kilobytes as PNG. */
const RENDER_SIDE = 196;

/** Renders strokes in black on white as a PNG; parts outside the sketchpad are cut off. */
export function renderStrokes(strokes: readonly Stroke[], side = RENDER_SIDE): Promise<Blob> {
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext("2d", { alpha: false });
  if (context === null) throw new Error("This browser has no 2D canvas");
  context.fillStyle = "white";
  context.fillRect(0, 0, side, side);
  context.scale(side, side);
  context.lineCap = "round";
  context.lineJoin = "round";
  context.strokeStyle = "black";
  for (const stroke of strokes) {
    context.lineWidth = stroke.width;
    context.beginPath();
    tracePath(context, stroke.points);
    context.stroke();
  }
  return canvas.convertToBlob({ type: "image/png" });
}

/** Curves through the midpoints between points, so that a fast stroke has no corners. */
function tracePath(context: OffscreenCanvasRenderingContext2D, points: readonly Point[]): void {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return;
  context.moveTo(first.x, first.y);
  for (const [index, point] of points.entries()) {
    const next = points[index + 1];
    if (next === undefined) continue;
    context.quadraticCurveTo(point.x, point.y, (point.x + next.x) / 2, (point.y + next.y) / 2);
  }
  // A canvas draws nothing for a line of length 0, and a tap must leave a dot.
  context.lineTo(last.x + 0.0001, last.y);
}
