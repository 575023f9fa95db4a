/**
 * Decides which of several pointers on the sketchpad draws. All functions are pure.
 *
 * A pointer that draws ignores all others, except that a pen replaces a touch, whose stroke was
 * the palm's. As long as a touch rests where it came down, it may be a palm: another touch that
 * moves first replaces it.
 */

import type { Point } from "./strokes";

/** A position of a pointer, with its pressure from 0 to 1 if it is a pen. */
export interface Sample extends Point {
  readonly pressure: number | null;
}

export interface Pointer {
  readonly id: number;
  readonly type: "mouse" | "pen" | "touch";
}

export interface Pointers {
  /** The pointer that draws, where it came down, and whether it has left that place. */
  readonly drawing: (Pointer & { readonly from: Sample; readonly moved: boolean }) | null;
  /** Other touches, and where they came down. */
  readonly waiting: ReadonlyMap<number, Sample>;
}

export type StrokeAction =
  | { readonly type: "strokeStarted"; readonly sample: Sample }
  | { readonly type: "strokeExtended"; readonly samples: readonly Sample[] }
  | { readonly type: "strokeEnded" }
  | { readonly type: "strokeCanceled" };

type Outcome = readonly [Pointers, readonly StrokeAction[]];

export const NO_POINTERS: Pointers = { drawing: null, waiting: new Map() };

/** As a fraction of the sketchpad's side; a resting palm moves less. */
const RESTING_DISTANCE = 0.02;

export function pointerDown(pointers: Pointers, pointer: Pointer, sample: Sample): Outcome {
  const { drawing, waiting } = pointers;
  const started: Pointers = {
    drawing: { ...pointer, from: sample, moved: false },
    waiting: NO_POINTERS.waiting,
  };
  if (drawing === null) return [started, [{ type: "strokeStarted", sample }]];
  if (drawing.type !== "touch") return [pointers, []];
  if (pointer.type === "pen") {
    return [started, [{ type: "strokeCanceled" }, { type: "strokeStarted", sample }]];
  }
  if (pointer.type !== "touch" || drawing.moved) return [pointers, []];
  return [{ drawing, waiting: new Map(waiting).set(pointer.id, sample) }, []];
}

export function pointerMoved(
  pointers: Pointers,
  id: number,
  samples: readonly Sample[],
): Outcome {
  const { drawing, waiting } = pointers;
  const extended: StrokeAction = { type: "strokeExtended", samples };
  if (drawing?.id === id) {
    if (drawing.moved || !hasLeft(drawing.from, samples)) return [pointers, [extended]];
    const moved = { ...drawing, moved: true };
    return [{ drawing: moved, waiting: NO_POINTERS.waiting }, [extended]];
  }
  const from = waiting.get(id);
  if (from === undefined || !hasLeft(from, samples)) return [pointers, []];
  return [
    { drawing: { id, type: "touch", from, moved: true }, waiting: NO_POINTERS.waiting },
    [{ type: "strokeCanceled" }, { type: "strokeStarted", sample: from }, extended],
  ];
}

export function pointerUp(pointers: Pointers, id: number): Outcome {
  if (pointers.drawing?.id === id) return [NO_POINTERS, [{ type: "strokeEnded" }]];
  const waiting = new Map(pointers.waiting);
  waiting.delete(id);
  return [{ ...pointers, waiting }, []];
}

/** The system has taken the pointer away, perhaps as a palm's: a dot that it left is removed. */
export function pointerCanceled(pointers: Pointers, id: number): Outcome {
  const [next, actions] = pointerUp(pointers, id);
  const palm = pointers.drawing?.id === id && !pointers.drawing.moved;
  return palm ? [next, [{ type: "strokeCanceled" }]] : [next, actions];
}

function hasLeft(from: Point, samples: readonly Point[]): boolean {
  return samples.some(({ x, y }) => Math.hypot(x - from.x, y - from.y) > RESTING_DISTANCE);
}
