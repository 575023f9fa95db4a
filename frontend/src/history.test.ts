import { describe, expect, it } from "vitest";
import {
  clear,
  emptySketch,
  endStroke,
  extendStroke,
  isBlank,
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
  return endStroke(extendStroke(startStroke(sketch, START, width), END));
}

describe("a stroke", () => {
  it("has the pen's width and the points of its path", () => {
    expect(addStroke(emptySketch, 0.1).drawing.strokes).toEqual([
      { width: 0.1, points: [START, END] },
    ]);
  });

  it("has one point after a tap", () => {
    const tapped = endStroke(startStroke(emptySketch, START, 0.05));
    expect(tapped.drawing.strokes[0]?.points).toEqual([START]);
  });

  it("does not change while the pen is up", () => {
    const sketch = addStroke(emptySketch);
    expect(extendStroke(sketch, START)).toBe(sketch);
    expect(extendStroke(emptySketch, START)).toBe(emptySketch);
    expect(endStroke(sketch)).toBe(sketch);
  });

  it("leaves earlier strokes as the same objects", () => {
    const one = addStroke(emptySketch);
    expect(addStroke(one).drawing.strokes[0]).toBe(one.drawing.strokes[0]);
  });

  it("replaces an image", () => {
    const { drawing } = startStroke(setDrawing(emptySketch, { image: FILE }), START, 0.05);
    expect(drawing.image).toBeNull();
    expect(drawing.strokes).toHaveLength(1);
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
    expect(undone.penDown).toBe(false);
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
