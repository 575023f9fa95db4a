import { describe, expect, it } from "vitest";
import { digitsOf, firstToDoubt, linesOf, textOf } from "./numbers";
import { numbersOf } from "./numbers.fixture";

const SEVEN = { ...numbersOf("7"), digit: 7, verdict: "digit" } as const;

describe("digitsOf", () => {
  it("are those of all numbers", () => {
    expect(digitsOf(numbersOf("42", "7")).map(({ digit }) => digit)).toEqual([4, 2, 7]);
    expect(digitsOf(undefined)).toEqual([]);
  });
});

describe("linesOf", () => {
  it.each([
    ["a line for each number", numbersOf("42", "7"), [[4, 2], [7]]],
    ["the single digit", SEVEN, [[7]]],
    ["the single digit of an API without numbers", { ...SEVEN, numbers: [] }, [[7]]],
    ["nothing where there is no digit", { ...SEVEN, digit: null, numbers: [] }, []],
  ])("is %s", (_name, prediction, lines) => {
    expect(linesOf(prediction).map((line) => line.map(({ digit }) => digit))).toEqual(lines);
  });
});

it("textOf separates numbers by a space", () => {
  expect(textOf(numbersOf("42", "7"))).toBe("42 7");
});

it("firstToDoubt is the first unsure digit, or else the first", () => {
  expect(firstToDoubt(digitsOf(numbersOf("42", "1?7?")))).toBe(2);
  expect(firstToDoubt(digitsOf(numbersOf("42")))).toBe(0);
});
