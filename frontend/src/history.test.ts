import { describe, expect, it } from "vitest";
import {
  clear,
  emptySketch,
  isBlank,
  lay,
  liftPen,
  lowerPen,
  movePen,
  redo,
  type Sketch,
  undo,
} from "./sketch";

const HERE = { x: 0.5, y: 0.5 };
const THERE = { x: 0.6, y: 0.6 };
const FILE = new File(["7"], "seven.png", { type: "image/png" });

function withStroke(sketch: Sketch, width = 0.05): Sketch {
  return liftPen(movePen(lowerPen(sketch, HERE, width), THERE));
}

describe("a stroke", () => {
  it("has the pen's width and the places the pen went", () => {
    expect(withStroke(emptySketch, 0.1).paper.strokes).toEqual([
      { width: 0.1, points: [HERE, THERE] },
    ]);
  });

  it("may be a tap", () => {
    const tapped = liftPen(lowerPen(emptySketch, HERE, 0.05));
    expect(tapped.paper.strokes[0]?.points).toEqual([HERE]);
  });

  it("is not made by a pen that is up", () => {
    const drawn = withStroke(emptySketch);
    expect(movePen(drawn, HERE)).toBe(drawn);
    expect(movePen(emptySketch, HERE)).toBe(emptySketch);
    expect(liftPen(drawn)).toBe(drawn);
  });

  it("leaves the strokes before it as the very same objects", () => {
    const one = withStroke(emptySketch);
    expect(withStroke(one).paper.strokes[0]).toBe(one.paper.strokes[0]);
  });

  it("takes the place of a picture", () => {
    const { paper } = lowerPen(lay(emptySketch, { picture: FILE }), HERE, 0.05);
    expect(paper.picture).toBeNull();
    expect(paper.strokes).toHaveLength(1);
  });
});

describe("undo and redo", () => {
  it("go back and forth stroke by stroke", () => {
    const one = withStroke(emptySketch);
    const two = withStroke(one);
    expect(undo(two).paper).toBe(one.paper);
    expect(undo(undo(two)).paper).toBe(emptySketch.paper);
    expect(redo(undo(two)).paper).toBe(two.paper);
    expect(redo(redo(undo(undo(two)))).paper).toBe(two.paper);
  });

  it("do nothing where there is nothing to do", () => {
    const one = withStroke(emptySketch);
    expect(undo(emptySketch)).toBe(emptySketch);
    expect(redo(one)).toBe(one);
  });

  it("take back Clear, a picture and an example too", () => {
    const one = withStroke(emptySketch);
    for (const changed of [
      clear(one),
      lay(one, { picture: FILE }),
      lay(one, { strokes: [] }),
    ]) {
      expect(undo(changed).paper).toBe(one.paper);
    }
  });

  it("take back a stroke that is still being drawn, and lift the pen", () => {
    const one = withStroke(emptySketch);
    const undone = undo(lowerPen(one, HERE, 0.05));
    expect(undone.paper).toBe(one.paper);
    expect(undone.penDown).toBe(false);
  });

  it("forget what was undone once something else is drawn", () => {
    const other = withStroke(undo(withStroke(emptySketch)));
    expect(redo(other)).toBe(other);
  });
});

describe("clear", () => {
  it("leaves blank paper", () => {
    expect(isBlank(clear(withStroke(emptySketch)))).toBe(true);
    expect(isBlank(clear(lay(emptySketch, { picture: FILE })))).toBe(true);
  });

  it("is no step to be undone where the paper is blank already", () => {
    expect(clear(emptySketch)).toBe(emptySketch);
  });
});
