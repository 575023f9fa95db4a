/** The current drawing with its undo and redo history. All functions are pure. */

import type { Point, Stroke } from "./strokes";

/** Either strokes or an uploaded image. */
export interface Drawing {
  readonly strokes: readonly Stroke[];
  readonly image: File | null;
}

export interface Sketch {
  readonly drawing: Drawing;
  /** While the pen is down, the last stroke is unfinished. */
  readonly penDown: boolean;
  readonly past: readonly Drawing[];
  /** Undone drawings, the most recently undone last. */
  readonly future: readonly Drawing[];
}

const BLANK: Drawing = { strokes: [], image: null };

export const emptySketch: Sketch = { drawing: BLANK, penDown: false, past: [], future: [] };

/** Replaces the drawing; undo restores the previous one. */
export function setDrawing(sketch: Sketch, drawing: Partial<Drawing>): Sketch {
  return {
    drawing: { ...BLANK, ...drawing },
    penDown: false,
    past: [...sketch.past, sketch.drawing],
    future: [],
  };
}

export function clear(sketch: Sketch): Sketch {
  return isBlank(sketch) ? sketch : setDrawing(sketch, BLANK);
}

/** Starts a stroke, which replaces an uploaded image. */
export function startStroke(sketch: Sketch, point: Point, width: number): Sketch {
  const strokes = [...sketch.drawing.strokes, { width, points: [point] }];
  return { ...setDrawing(sketch, { strokes }), penDown: true };
}

export function extendStroke(sketch: Sketch, point: Point): Sketch {
  const stroke = sketch.drawing.strokes.at(-1);
  if (!sketch.penDown || stroke === undefined) return sketch;
  const extended = { ...stroke, points: [...stroke.points, point] };
  const strokes = [...sketch.drawing.strokes.slice(0, -1), extended];
  return { ...sketch, drawing: { strokes, image: null } };
}

export function endStroke(sketch: Sketch): Sketch {
  return sketch.penDown ? { ...sketch, penDown: false } : sketch;
}

export function undo(sketch: Sketch): Sketch {
  const drawing = sketch.past.at(-1);
  if (drawing === undefined) return sketch;
  return {
    drawing,
    penDown: false,
    past: sketch.past.slice(0, -1),
    future: [...sketch.future, sketch.drawing],
  };
}

export function redo(sketch: Sketch): Sketch {
  const drawing = sketch.future.at(-1);
  if (drawing === undefined) return sketch;
  return {
    drawing,
    penDown: false,
    past: [...sketch.past, sketch.drawing],
    future: sketch.future.slice(0, -1),
  };
}

export function isBlank({ drawing }: Sketch): boolean {
  return drawing.strokes.length === 0 && drawing.image === null;
}
