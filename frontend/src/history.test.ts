import { describe, expect, it } from "vitest";
import {
  cancelStroke,
  clear,
  emptySketch,
  endStroke,
  extendStroke,
  isBlank,
  isPartOf,
  isPenDown,
  isReadable,
  MAX_UNDO,
  redo,
  type Sketch,
  setDrawing,
  startStroke,
  undo,
} from "./history";

const START = { x: 0.5, y: 0.5 };
const END = { x: 0.6, y: 0.6 };
const FILE = new File(["7"], "seven.png", { type: "image/png" });

function addStroke(sketch: Sketch, width = 0.05): Sketch {
  return endStroke(extendStroke(startStroke(sketch, START, width), END, width));
}

describe("a stroke", () => {
  it("has the pen's width and the points of its path", () => {
    expect(addStroke(emptySketch, 0.1).drawing.strokes).toEqual([
      [{ width: 0.1, points: [START, END] }],
    ]);
  });

  it("has one point after a tap", () => {
    const tapped = endStroke(startStroke(emptySketch, START, 0.05));
    expect(tapped.drawing.strokes).toEqual([[{ width: 0.05, points: [START] }]]);
  });

  it("does not change while the pen is up", () => {
    const sketch = addStroke(emptySketch);
    expect(extendStroke(sketch, START, 0.05)).toBe(sketch);
    expect(extendStroke(emptySketch, START, 0.05)).toBe(emptySketch);
    expect(endStroke(sketch)).toBe(sketch);
  });

  it("leaves earlier strokes as the same objects", () => {
    const one = addStroke(emptySketch);
    expect(addStroke(one).drawing.strokes[0]).toBe(one.drawing.strokes[0]);
  });

  it("leaves the drawing as it was if it is canceled", () => {
    const undone = undo(addStroke(addStroke(emptySketch)));
    expect(cancelStroke(extendStroke(startStroke(undone, START, 0.05), END, 0.05))).toEqual(
      undone,
    );
  });
});

describe("a stroke on an image", () => {
  const photo = setDrawing(emptySketch, { image: FILE });
  const started = startStroke(photo, START, 0.05);

  it("replaces it once it is more than a dot", () => {
    expect(started.drawing.image).toBe(FILE);
    expect(extendStroke(started, { x: 0.55, y: 0.5 }, 0.05).drawing.image).toBe(FILE);
    expect(extendStroke(started, { x: 0.7, y: 0.5 }, 0.05).drawing.image).toBeNull();
  });

  it("leaves it in place after a tap", () => {
    expect(endStroke(started)).toEqual(photo);
  });
});

describe("undo and redo", () => {
  it("go back and forth one stroke at a time", () => {
    const one = addStroke(emptySketch);
    const two = addStroke(one);
    expect(undo(two).drawing).toBe(one.drawing);
    expect(undo(undo(two)).drawing).toBe(emptySketch.drawing);
    expect(redo(undo(two)).drawing).toBe(two.drawing);
    expect(redo(redo(undo(undo(two)))).drawing).toBe(two.drawing);
  });

  it("do nothing without history", () => {
    const one = addStroke(emptySketch);
    expect(undo(emptySketch)).toBe(emptySketch);
    expect(redo(one)).toBe(one);
  });

  it("apply to clear, an image and an example too", () => {
    const one = addStroke(emptySketch);
    for (const changed of [
      clear(one),
      setDrawing(one, { image: FILE }),
      setDrawing(one, { strokes: [] }),
    ]) {
      expect(undo(changed).drawing).toBe(one.drawing);
    }
  });

  it("remove an unfinished stroke and lift the pen", () => {
    const one = addStroke(emptySketch);
    const undone = undo(startStroke(one, START, 0.05));
    expect(undone.drawing).toBe(one.drawing);
    expect(isPenDown(undone)).toBe(false);
  });

  it("discard undone strokes after a new stroke", () => {
    const changed = addStroke(undo(addStroke(emptySketch)));
    expect(redo(changed)).toBe(changed);
  });
});

describe("clear", () => {
  it("leaves a blank drawing", () => {
    expect(isBlank(clear(addStroke(emptySketch)))).toBe(true);
    expect(isBlank(clear(setDrawing(emptySketch, { image: FILE })))).toBe(true);
  });

  it("adds no undo step if the drawing is blank", () => {
    expect(clear(emptySketch)).toBe(emptySketch);
  });
});

describe("the history", () => {
  it("is bounded", () => {
    let sketch = emptySketch;
    for (let count = 0; count < MAX_UNDO + 50; count += 1) sketch = addStroke(sketch);
    expect(sketch.past).toHaveLength(MAX_UNDO);
    for (let count = 0; count < MAX_UNDO; count += 1) sketch = undo(sketch);
    expect(sketch.drawing.strokes).toHaveLength(50);
    expect(undo(sketch)).toBe(sketch);
    expect(sketch.future).toHaveLength(MAX_UNDO);
  });

  it("keeps only the latest image", () => {
    const files = ["1", "2", "3"].map((name) => new File([name], `${name}.png`));
    const sketch = files.reduce((before, image) => setDrawing(before, { image }), emptySketch);
    const past = clear(sketch).past.map(({ image }) => image?.name);
    expect(past).toEqual([undefined, "3.png"]);
  });
});

describe("isReadable", () => {
  it("needs an image or a stroke that is at least twice as long as wide", () => {
    const dash = (end: number) =>
      extendStroke(startStroke(emptySketch, START, 0.05), { x: end, y: 0.5 }, 0.05).drawing;
    expect(isReadable(emptySketch.drawing)).toBe(false);
    expect(isReadable(startStroke(emptySketch, START, 0.05).drawing)).toBe(false);
    expect(isReadable(dash(0.59))).toBe(false);
    expect(isReadable(dash(0.61))).toBe(true);
    expect(isReadable({ strokes: [], image: FILE })).toBe(true);
  });
});

describe("a part of a drawing", () => {
  const begin = (sketch: Sketch) => startStroke(sketch, { ...START }, 0.02);
  const grow = (sketch: Sketch) => extendStroke(sketch, END, 0.02);
  const one = grow(begin(emptySketch));

  it("is what it was before strokes grew, ended or were added", () => {
    for (const later of [one, grow(one), endStroke(grow(one)), begin(endStroke(one))]) {
      expect(isPartOf(one.drawing, later.drawing)).toBe(true);
    }
  });

  it("is neither a longer nor another one", () => {
    const photo = setDrawing(emptySketch, { image: FILE });
    for (const other of [begin(emptySketch), begin(clear(one)), emptySketch, begin(photo)]) {
      expect(isPartOf(one.drawing, other.drawing)).toBe(false);
    }
    expect(isPartOf(photo.drawing, begin(photo).drawing)).toBe(true);
    expect(isPartOf(photo.drawing, grow(begin(photo)).drawing)).toBe(false);
  });
});
