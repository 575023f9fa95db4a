/** The current drawing with its undo and redo history. All functions are pure. */

import { extend, isDot, joinParts, type Point, type Stroke } from "./strokes";

/** Either strokes or an uploaded image. */
export interface Drawing {
  readonly strokes: readonly Stroke[];
  readonly image: File | null;
}

export interface Sketch {
  readonly drawing: Drawing;
  /** While the pen is down, the drawing without the unfinished stroke; null otherwise. */
  readonly base: Drawing | null;
  readonly past: readonly Drawing[];
  /** Undone drawings, the most recently undone last. */
  readonly future: readonly Drawing[];
}

const BLANK: Drawing = { strokes: [], image: null };

/** Drawings kept for undo. Only the latest image among them is kept, because images are large. */
export const MAX_UNDO = 100;

export const emptySketch: Sketch = { drawing: BLANK, base: null, past: [], future: [] };

/** Replaces the drawing; undo restores the previous one. */
export function setDrawing(sketch: Sketch, drawing: Partial<Drawing>): Sketch {
  const { drawing: previous, past } = endStroke(sketch);
  return {
    drawing: { ...BLANK, ...drawing },
    base: null,
    past: remember(past, previous),
    future: [],
  };
}

export function clear(sketch: Sketch): Sketch {
  return isBlank(sketch) ? sketch : setDrawing(sketch, BLANK);
}

export function startStroke(sketch: Sketch, point: Point, width: number): Sketch {
  const ended = endStroke(sketch);
  const { strokes, image } = ended.drawing;
  const started = [...strokes, extend([], point, width)];
  return { ...ended, drawing: { strokes: started, image }, base: ended.drawing };
}

/** Adds a point to the unfinished stroke. Once it is more than a dot, it replaces an image. */
export function extendStroke(sketch: Sketch, point: Point, width: number): Sketch {
  const { strokes, image } = sketch.drawing;
  const stroke = strokes.at(-1);
  if (sketch.base === null || stroke === undefined) return sketch;
  const extended = extend(stroke, point, width);
  const drawing = {
    strokes: [...strokes.slice(0, -1), extended],
    image: image !== null && isDot([extended]) ? image : null,
  };
  return { ...sketch, drawing };
}

/** Lifts the pen. A dot on an image is discarded, because it would replace the image. */
export function endStroke(sketch: Sketch): Sketch {
  const { drawing, base, past } = sketch;
  const stroke = drawing.strokes.at(-1);
  if (base === null || stroke === undefined) return sketch;
  if (drawing.image !== null) return cancelStroke(sketch);
  const joined = joinParts(stroke);
  const strokes = [...drawing.strokes.slice(0, -1), joined];
  return {
    drawing: joined === stroke ? drawing : { strokes, image: null },
    base: null,
    past: remember(past, base),
    future: [],
  };
}

/** Lifts the pen and removes the unfinished stroke. */
export function cancelStroke(sketch: Sketch): Sketch {
  return sketch.base === null ? sketch : { ...sketch, drawing: sketch.base, base: null };
}

export function undo(sketch: Sketch): Sketch {
  const ended = endStroke(sketch);
  const drawing = ended.past.at(-1);
  if (drawing === undefined) return ended;
  return {
    drawing,
    base: null,
    past: ended.past.slice(0, -1),
    future: [...ended.future, ended.drawing],
  };
}

export function redo(sketch: Sketch): Sketch {
  const ended = endStroke(sketch);
  const drawing = ended.future.at(-1);
  if (drawing === undefined) return ended;
  return {
    drawing,
    base: null,
    past: [...ended.past, ended.drawing],
    future: ended.future.slice(0, -1),
  };
}

/** True until something has been drawn, even if it was undone. */
export function isUntouched(sketch: Sketch): boolean {
  return isBlank(sketch) && sketch.past.length === 0 && sketch.future.length === 0;
}

export function isPenDown({ base }: Sketch): boolean {
  return base !== null;
}

export function isBlank({ drawing }: Sketch): boolean {
  return drawing.strokes.length === 0 && drawing.image === null;
}

/** Returns whether a drawing shows enough to recognize: an image, or more than a dot. */
export function isReadable({ strokes, image }: Drawing): boolean {
  return image !== null || !isDot(strokes);
}

/**
 * Returns whether a drawing is an earlier state of another, to which only has been added: it has
 * the same image, and its strokes begin at the same points, which no change replaces.
 */
export function isPartOf(part: Drawing, whole: Drawing): boolean {
  return (
    part.image === whole.image &&
    part.strokes.every((stroke, index) => startOf(stroke) === startOf(whole.strokes[index]))
  );
}

function startOf(stroke: Stroke | undefined): Point | undefined {
  return stroke?.[0]?.points[0];
}

function remember(past: readonly Drawing[], drawing: Drawing): readonly Drawing[] {
  const kept = drawing.image === null ? past : past.filter(({ image }) => image === null);
  return [...kept, drawing].slice(-MAX_UNDO);
}
