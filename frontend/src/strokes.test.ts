import { describe, expect, it } from "vitest";
import { extend, isDot, joinParts, type Stroke } from "./strokes";

function line(count: number, width: (index: number) => number): Stroke {
  const points = Array.from({ length: count }, (_, index) => ({ x: index / count, y: 0.5 }));
  return points.reduce<Stroke>((stroke, point, i) => extend(stroke, point, width(i)), []);
}

describe("extend", () => {
  it("copies no more of a long stroke than of a short one", () => {
    const stroke = line(10_000, () => 0.05);
    const longer = extend(stroke, { x: 1, y: 1 }, 0.05);
    const changed = longer.filter((part, index) => part !== stroke[index]);
    expect(changed).toHaveLength(1);
    expect(changed[0]?.points.length).toBeLessThanOrEqual(64);
  });

  it("starts a part at the last point, for a new width", () => {
    const stroke = line(4, (index) => (index < 2 ? 0.05 : 0.1));
    expect(stroke.map(({ width, points }) => [width, ...points.map(({ x }) => x)])).toEqual([
      [0.05, 0, 0.25],
      [0.1, 0.25, 0.5, 0.75],
    ]);
  });
});

describe("joinParts", () => {
  it("makes one part of a stroke of one width, with each point once", () => {
    const [part, ...others] = joinParts(line(1000, () => 0.05));
    expect(others).toEqual([]);
    expect(part?.points.map(({ x }) => x)).toEqual(
      Array.from({ length: 1000 }, (_, index) => index / 1000),
    );
  });

  it("keeps parts of different widths", () => {
    const stroke = line(4, (index) => (index < 2 ? 0.05 : 0.1));
    expect(joinParts(stroke)).toBe(stroke);
  });
});

describe("isDot", () => {
  it("measures all strokes together", () => {
    const at = (y: number): Stroke => [{ width: 0.05, points: [{ x: 0.5, y }] }];
    expect(isDot([])).toBe(true);
    expect(isDot([at(0.5)])).toBe(true);
    expect(isDot([at(0.5), at(0.55)])).toBe(true);
    expect(isDot([at(0.5), at(0.65)])).toBe(false);
  });

  it("ignores what is beside the sketchpad", () => {
    const to = (x: number, y: number) => {
      const points = [
        { x: 0.98, y: 0.5 },
        { x: 0.99, y: 0.5 },
        { x, y },
      ];
      return isDot([[{ width: 0.05, points }]]);
    };
    expect([to(1.3, 0.5), to(0.98, -0.2), to(0.98, 0.9)]).toEqual([true, true, false]);
  });
});
