import { describe, expect, it } from "vitest";
import { describeEvidence, evidenceFor, strengths } from "./evidence";

/** A 7×7 grid with the given parts, "row,column". */
function gridOf(parts: Record<string, number>): number[][] {
  return Array.from({ length: 7 }, (_, y) =>
    Array.from({ length: 7 }, (_, x) => parts[`${y},${x}`] ?? 0),
  );
}

const SEVEN = { digit: 7, grid: gridOf({ "0,0": 2, "3,3": 1, "6,6": -4 }) };
const ONE = { digit: 1, grid: gridOf({ "3,6": 1 }) };
const PREDICTION = {
  digit: 7,
  verdict: "digit" as const,
  confidence: 0.9,
  probabilities: [0, 0.1, 0, 0, 0, 0, 0, 0.9, 0, 0],
  model: "cnn",
  id: "1",
  evidence: [SEVEN, ONE],
};

describe("evidenceFor", () => {
  it("is what was asked for of this reading, or else that of the predicted digit", () => {
    expect(evidenceFor(PREDICTION, ONE)).toBe(ONE);
    expect(evidenceFor(PREDICTION, null)).toBe(SEVEN);
    expect(evidenceFor(PREDICTION, { ...ONE })).toBe(SEVEN);
  });

  it("is undefined without any", () => {
    expect(evidenceFor(undefined, ONE)).toBeUndefined();
    expect(evidenceFor({ ...PREDICTION, evidence: null }, null)).toBeUndefined();
    expect(evidenceFor({ ...PREDICTION, digit: null }, null)).toBeUndefined();
  });
});

describe("strengths", () => {
  it("are relative to the strongest part, and none where a part speaks against the digit", () => {
    const found = strengths(SEVEN);
    expect(found).toHaveLength(49);
    expect([found[0], found[24], found[48], found[1]]).toEqual([1, 0.5, 0, 0]);
  });

  it("are zero if everything speaks against the digit", () => {
    expect(new Set(strengths({ digit: 3, grid: gridOf({ "1,1": -1 }) }))).toEqual(new Set([0]));
  });
});

describe("describeEvidence", () => {
  it.each([
    [SEVEN, "What speaks for 7 is mostly at the top left and the middle."],
    [ONE, "What speaks for 1 is mostly at the right."],
    [
      { digit: 2, grid: gridOf({ "6,3": 3, "0,3": 2, "0,6": 1 }) },
      "What speaks for 2 is mostly at the bottom and the top.",
    ],
    [{ digit: 3, grid: gridOf({}) }, "Nothing in it speaks for 3."],
  ])("names the regions of %j", (evidence, sentence) => {
    expect(describeEvidence(evidence)).toBe(sentence);
  });
});
