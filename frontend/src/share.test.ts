import { describe, expect, it } from "vitest";
import { fromHash, toCurl, toHash } from "./share";
import type { Stroke } from "./strokes";

const STROKES: Stroke[] = [
  [
    {
      width: 0.055,
      points: [
        { x: 0.1, y: 0.2 },
        { x: 0.3, y: -0.2 },
      ],
    },
    {
      width: 0.08,
      points: [
        { x: 0.3, y: -0.2 },
        { x: 1.4, y: 0.9 },
      ],
    },
  ],
  [{ width: 0.055, points: Array.from({ length: 300 }, (_, i) => ({ x: i / 300, y: 0.5 })) }],
];

describe("a link", () => {
  it("brings back every stroke to a fraction of a pixel", () => {
    const strokes = fromHash(toHash(STROKES)) ?? [];
    expect(
      strokes.map((parts) => parts.map(({ width, points }) => [width, points.length])),
    ).toEqual(STROKES.map((parts) => parts.map(({ width, points }) => [width, points.length])));
    const points = STROKES.flat(2).flatMap((part) => part.points);
    for (const [index, { x, y }] of strokes
      .flat()
      .flatMap((part) => part.points)
      .entries()) {
      expect(Math.hypot(x - (points[index]?.x ?? 0), y - (points[index]?.y ?? 0))).toBeLessThan(
        0.0005,
      );
    }
  });

  it("has characters only that no messenger cuts off", () => {
    expect(toHash(STROKES)).toMatch(/^#drawing=[\w-]+$/);
  });

  it.each(["", "#", "#drawing=", "#drawing=!", "#other", `${toHash(STROKES).slice(0, -4)}`])(
    "that is none, or was cut off, is ignored: %s",
    (hash) => {
      expect(fromHash(hash)).toBeNull();
    },
  );
});

it("names the endpoint and the image in a command", () => {
  expect(toCurl("https://api.example/predict", "data:image/png;base64,AA==")).toBe(
    `curl https://api.example/predict \\
  --header 'Content-Type: application/json' \\
  --data '{"image": "data:image/png;base64,AA=="}'`,
  );
});
