/** What lies on the paper, and the way back to what lay there before. Pure. */

import type { Point, Stroke } from "./ink";

/** Strokes, or an uploaded picture in their place. */
export interface Paper {
  readonly strokes: readonly Stroke[];
  readonly picture: File | null;
}

export interface Sketch {
  readonly paper: Paper;
  /** True while the pen is down: then the last stroke is unfinished. */
  readonly penDown: boolean;
  readonly past: readonly Paper[];
  /** What was undone, the latest last. */
  readonly future: readonly Paper[];
}

const BLANK: Paper = { strokes: [], picture: null };

export const emptySketch: Sketch = { paper: BLANK, penDown: false, past: [], future: [] };

/** Puts something else on the paper; Undo brings back what was there. */
export function lay(sketch: Sketch, paper: Partial<Paper>): Sketch {
  return {
    paper: { ...BLANK, ...paper },
    penDown: false,
    past: [...sketch.past, sketch.paper],
    future: [],
  };
}

export function clear(sketch: Sketch): Sketch {
  return isBlank(sketch) ? sketch : lay(sketch, BLANK);
}

/** A picture makes room for the first stroke. */
export function lowerPen(sketch: Sketch, point: Point, width: number): Sketch {
  const strokes = [...sketch.paper.strokes, { width, points: [point] }];
  return { ...lay(sketch, { strokes }), penDown: true };
}

export function movePen(sketch: Sketch, point: Point): Sketch {
  const stroke = sketch.paper.strokes.at(-1);
  if (!sketch.penDown || stroke === undefined) return sketch;
  const longer = { ...stroke, points: [...stroke.points, point] };
  const strokes = [...sketch.paper.strokes.slice(0, -1), longer];
  return { ...sketch, paper: { strokes, picture: null } };
}

export function liftPen(sketch: Sketch): Sketch {
  return sketch.penDown ? { ...sketch, penDown: false } : sketch;
}

export function undo(sketch: Sketch): Sketch {
  const paper = sketch.past.at(-1);
  if (paper === undefined) return sketch;
  return {
    paper,
    penDown: false,
    past: sketch.past.slice(0, -1),
    future: [...sketch.future, sketch.paper],
  };
}

export function redo(sketch: Sketch): Sketch {
  const paper = sketch.future.at(-1);
  if (paper === undefined) return sketch;
  return {
    paper,
    penDown: false,
    past: [...sketch.past, sketch.paper],
    future: sketch.future.slice(0, -1),
  };
}

export function isBlank({ paper }: Sketch): boolean {
  return paper.strokes.length === 0 && paper.picture === null;
}
