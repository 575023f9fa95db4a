import { describe, expect, it } from "vitest";
import {
  NO_POINTERS,
  type Pointer,
  pointerCanceled,
  pointerDown,
  pointerMoved,
  pointerUp,
  type Sample,
} from "./pointers";

type Event =
  | { readonly down: Pointer; readonly at: number }
  | { readonly moved: number; readonly to: number }
  | { readonly up: number }
  | { readonly canceled: number };

const FINGER = { id: 1, type: "touch" } as const;
const PALM = { id: 2, type: "touch" } as const;
const PEN = { id: 3, type: "pen" } as const;
const MOUSE = { id: 4, type: "mouse" } as const;

function sample(x: number): Sample {
  return { x, y: 0.5, pressure: null };
}

/** Plays events and returns the x of each point of the strokes that remain. */
function strokesAfter(...events: Event[]): number[][] {
  let pointers = NO_POINTERS;
  const strokes: number[][] = [];
  for (const event of events) {
    const [next, actions] =
      "down" in event
        ? pointerDown(pointers, event.down, sample(event.at))
        : "moved" in event
          ? pointerMoved(pointers, event.moved, [sample(event.to)])
          : "up" in event
            ? pointerUp(pointers, event.up)
            : pointerCanceled(pointers, event.canceled);
    pointers = next;
    for (const action of actions) {
      if (action.type === "strokeStarted") strokes.push([action.sample.x]);
      if (action.type === "strokeExtended") {
        strokes.at(-1)?.push(...action.samples.map(({ x }) => x));
      }
      if (action.type === "strokeCanceled") strokes.pop();
    }
  }
  return strokes;
}

describe("a pointer that draws", () => {
  it.each([
    { first: FINGER, second: PALM },
    { first: PEN, second: PALM },
    { first: PEN, second: MOUSE },
    { first: MOUSE, second: PEN },
  ])("ignores another: $first.type, $second.type", ({ first, second }) => {
    expect(
      strokesAfter(
        { down: first, at: 0.1 },
        { moved: first.id, to: 0.2 },
        { down: second, at: 0.9 },
        { moved: second.id, to: 0.8 },
        { moved: first.id, to: 0.3 },
        { up: second.id },
        { moved: first.id, to: 0.4 },
        { up: first.id },
        { moved: second.id, to: 0.7 },
      ),
    ).toEqual([[0.1, 0.2, 0.3, 0.4]]);
  });

  it("may come down before another and move after it", () => {
    expect(
      strokesAfter(
        { down: FINGER, at: 0.1 },
        { down: PALM, at: 0.9 },
        { moved: PALM.id, to: 0.901 },
        { moved: FINGER.id, to: 0.2 },
        { moved: PALM.id, to: 0.8 },
        { moved: FINGER.id, to: 0.3 },
      ),
    ).toEqual([[0.1, 0.2, 0.3]]);
  });
});

describe("a resting palm", () => {
  it("makes way for the touch that moves first", () => {
    expect(
      strokesAfter(
        { down: PALM, at: 0.9 },
        { moved: PALM.id, to: 0.905 },
        { down: FINGER, at: 0.1 },
        { moved: FINGER.id, to: 0.2 },
        { moved: PALM.id, to: 0.8 },
        { moved: FINGER.id, to: 0.3 },
        { up: FINGER.id },
        { down: FINGER, at: 0.4 },
        { moved: FINGER.id, to: 0.5 },
        { up: PALM.id },
      ),
    ).toEqual([
      [0.1, 0.2, 0.3],
      [0.4, 0.5],
    ]);
  });

  it("leaves no dot if the system takes it away", () => {
    expect(strokesAfter({ down: PALM, at: 0.9 }, { canceled: PALM.id })).toEqual([]);
    const moved: Event[] = [
      { down: FINGER, at: 0.1 },
      { moved: FINGER.id, to: 0.3 },
    ];
    expect(strokesAfter(...moved, { canceled: FINGER.id })).toEqual([[0.1, 0.3]]);
  });
});

describe("a pen", () => {
  it("replaces the stroke of a touch", () => {
    expect(
      strokesAfter(
        { down: PALM, at: 0.9 },
        { moved: PALM.id, to: 0.7 },
        { down: PEN, at: 0.1 },
        { moved: PALM.id, to: 0.6 },
        { moved: PEN.id, to: 0.2 },
        { up: PALM.id },
        { moved: PEN.id, to: 0.3 },
      ),
    ).toEqual([[0.1, 0.2, 0.3]]);
  });
});

it("a tap is a stroke of one point", () => {
  expect(strokesAfter({ down: FINGER, at: 0.1 }, { up: FINGER.id })).toEqual([[0.1]]);
});
