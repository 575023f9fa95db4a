/** Pen strokes, and the small image of them that is sent to the API. */

/** A position on the sketchpad: x to the right and y down, each a fraction of its side. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A part of a stroke that has one width. It begins at the last point of the part before it. */
export interface StrokePart {
  /** As a fraction of the sketchpad's side. */
  readonly width: number;
  readonly points: readonly Point[];
}

export type Stroke = readonly StrokePart[];

/** Fractions of the sketchpad's side; the default looks like a felt-tip pen. */
export const PEN_WIDTHS = { min: 0.015, default: 0.055, max: 0.105, step: 0.01 } as const;

/** A longer part would make each point of a long stroke more expensive than the one before. */
const MAX_PART_POINTS = 64;

/** Pixels: 7 for each of the 28 of the model input; a few kilobytes as PNG. */
export const RENDER_SIDE = 196;

/** How far the curve's control points are from its points; the value of react-sketch-canvas. */
const SMOOTHING = 0.2;

/** Returns a longer stroke. A new width starts a new part. */
export function extend(stroke: Stroke, point: Point, width: number): Stroke {
  const last = stroke.at(-1);
  const from = last?.points.at(-1);
  if (last === undefined || from === undefined) return [{ width, points: [point] }];
  return last.width === width && last.points.length < MAX_PART_POINTS
    ? [...stroke.slice(0, -1), { width, points: [...last.points, point] }]
    : [...stroke, { width, points: [from, point] }];
}

/** Joins neighboring parts of the same width; returns the same object if there are none. */
export function joinParts(stroke: Stroke): Stroke {
  const joined: { width: number; points: Point[] }[] = [];
  for (const { width, points } of stroke) {
    const last = joined.at(-1);
    if (last?.width === width) last.points.push(...points.slice(1));
    else joined.push({ width, points: [...points] });
  }
  return joined.length === stroke.length ? stroke : joined;
}

/**
 * Returns whether strokes leave no more than a dot on the sketchpad: less than twice as long as the
 * pen is wide.
 */
export function isDot(strokes: readonly Stroke[]): boolean {
  let [left, top, right, bottom, width] = [Infinity, Infinity, -Infinity, -Infinity, 0];
  for (const part of strokes.flat()) {
    width = Math.max(width, part.width);
    for (const { x, y } of part.points) {
      if (Math.min(x, y, 1 - x, 1 - y) < 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return Math.max(right - left, bottom - top) < 2 * width || width === 0;
}

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
  for (const { width, points } of strokes.flat()) {
    context.lineWidth = width;
    context.stroke(new Path2D(toPathData(points)));
  }
  return canvas.convertToBlob({ type: "image/png" });
}

/** Returns SVG path data of the curve that react-sketch-canvas shows, so that the API gets the same. */
export function toPathData(points: readonly Point[]): string {
  const commands = points.map((to, index) => {
    const from = points[index - 1];
    if (from === undefined) return `M${to.x},${to.y}`;
    const before = points[index - 2] ?? from;
    const after = points[index + 1] ?? to;
    return `C${[
      from.x + SMOOTHING * (to.x - before.x),
      from.y + SMOOTHING * (to.y - before.y),
      to.x - SMOOTHING * (after.x - from.x),
      to.y - SMOOTHING * (after.y - from.y),
      to.x,
      to.y,
    ]}`;
  });
  // Nothing is drawn for a line of length 0, and a tap must leave a dot.
  return commands.join("") + (commands.length === 1 ? "h0.0001" : "");
}
