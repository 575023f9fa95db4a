// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { numbersOf } from "../numbers.fixture";
import { PredictedDigit } from "./PredictedDigit";

beforeEach(() => {
  // The layout needs no metrics of a font.
  vi.stubGlobal("OffscreenCanvas", function OffscreenCanvas() {
    return { getContext: () => null };
  });
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(...texts: string[]) {
  render(<PredictedDigit prediction={numbersOf(...texts)} />);
  return screen.getByTestId("predicted-digit");
}

it("marks the digits that are unsure", () => {
  const spans = show("42?", "7").querySelectorAll("[data-verdict=unsure]");
  expect(Array.from(spans, ({ textContent }) => textContent)).toEqual(["2"]);
});

it.each([
  [["2026"], { rows: "1", length: "4", "phone-rows": "1", "phone-length": "4" }],
  [["42", "731", "7"], { rows: "3", length: "3", "phone-rows": "1", "phone-length": "11" }],
  [
    ["1", "22", "3", "4", "5"],
    { rows: "3", length: "5", "phone-rows": "2", "phone-length": "8" },
  ],
  [Array(20).fill("7"), { rows: "4", length: "9", "phone-rows": "2", "phone-length": "19" }],
  [Array(3).fill("1234567890123"), { rows: "3", "phone-rows": "3", "phone-columns": "1" }],
])("lays out %j", (texts, layout) => {
  const element = show(...texts);
  expect(element.textContent).toBe(texts.join(" "));
  for (const [name, value] of Object.entries(layout)) {
    expect(element.style.getPropertyValue(`--${name}`)).toBe(value);
  }
});
