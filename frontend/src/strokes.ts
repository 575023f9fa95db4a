/** Pen strokes, and the small picture of them that is sent to the API. */

/** A place on the paper; both coordinates run from 0 to 1 along the sides. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Stroke {
  /** As a part of the paper's side. */
  readonly width: number;
  readonly points: readonly Point[];
}

/** The pen's width as a part of the paper's side; the usual one is a felt pen beside a digit. */
export const PEN_WIDTHS = { least: 0.015, usual: 0.055, most: 0.105, step: 0.01 } as const;

/** Seven pixels for each of the 28 the model sees, and only a few kilobytes as PNG. */
const PICTURE_SIDE = 196;

/** The strokes as black ink on white paper. Ink that left the paper is cut off. */
export function renderInk(strokes: readonly Stroke[], side = PICTURE_SIDE): Promise<Blob> {
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext("2d", { alpha: false });
  if (context === null) throw new Error("This browser offers no 2D canvas");
  context.fillStyle = "white";
  context.fillRect(0, 0, side, side);
  context.scale(side, side);
  context.lineCap = "round";
  context.lineJoin = "round";
  context.strokeStyle = "black";
  for (const stroke of strokes) {
    context.lineWidth = stroke.width;
    context.beginPath();
    trace(context, stroke.points);
    context.stroke();
  }
  return canvas.convertToBlob({ type: "image/png" });
}

/** Runs smoothly through the middles between points, so that a quick stroke has no corners. */
function trace(context: OffscreenCanvasRenderingContext2D, points: readonly Point[]): void {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return;
  context.moveTo(first.x, first.y);
  for (const [index, point] of points.entries()) {
    const next = points[index + 1];
    if (next === undefined) continue;
    context.quadraticCurveTo(point.x, point.y, (point.x + next.x) / 2, (point.y + next.y) / 2);
  }
  // A line of no length leaves no ink at all; a tap should leave a dot.
  context.lineTo(last.x + 0.0001, last.y);
}
