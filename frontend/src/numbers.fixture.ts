/** Predictions of numbers, for tests. */

import type { Prediction } from "./api";
import type { PlacedDigit } from "./numbers";

/** Returns the prediction of numbers such as "42?", whose 2 is unsure, each in a row of its own. */
export function numbersOf(...texts: string[]): Prediction {
  const numbers = texts.map((text, row) => {
    const places = Array.from(text.matchAll(/\d\??/g), ([place]) => place);
    const digits = places.map((place, column) =>
      digitOf(place, [20 * column, 30 * row, 15, 25]),
    );
    const doubted = text.includes("?");
    return {
      text: text.replaceAll("?", ""),
      verdict: doubted ? "unsure" : digits.length > 1 ? "number" : "digit",
      confidence: 0.9,
      box: [0, 30 * row, 20 * digits.length - 5, 25],
      digits,
    } as const;
  });
  return {
    digit: null,
    verdict: texts.join("").includes("?") ? "unsure" : "number",
    confidence: 0.9,
    probabilities: null,
    model: "m",
    id: "m-1",
    numbers,
  };
}

function digitOf(place: string, box: PlacedDigit["box"]): PlacedDigit {
  const digit = Number(place[0]);
  const confidence = place.endsWith("?") ? 0.6 : 0.98;
  return {
    digit,
    verdict: place.endsWith("?") ? "unsure" : "digit",
    confidence,
    probabilities: Array.from({ length: 10 }, (_, index) => (index === digit ? confidence : 0)),
    box,
    input: `data:image/png;base64,${digit}`,
    evidence: [{ digit, grid: [[1]] }],
  };
}
