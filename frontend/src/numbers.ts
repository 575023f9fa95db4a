/** The digits of a prediction: a single one, or those of one or more numbers. */

import type { Prediction } from "./api";

export type PlacedDigit = Prediction["numbers"][number]["digits"][number];

/** What the model makes of one digit, or of ink that is none. */
export type Reading = Pick<
  Prediction,
  "digit" | "verdict" | "probabilities" | "input" | "evidence"
>;

/** The API's limit on the digits and spaces of a label. */
export const MAX_LABEL_LENGTH = 40;

/** Returns all digits in reading order. */
export function digitsOf(prediction: Prediction | undefined): readonly PlacedDigit[] {
  return prediction?.numbers.flatMap(({ digits }) => digits) ?? [];
}

/** Returns the digits of each line that spells a prediction: a number, or the single digit. */
export function linesOf(prediction: Prediction): readonly (readonly Reading[])[] {
  return prediction.digit === null
    ? prediction.numbers.map(({ digits }) => digits)
    : [[prediction]];
}

/** Returns the numbers with a space between them, as feedback names them. */
export function textOf({ numbers }: Prediction): string {
  return numbers.map(({ text }) => text).join(" ");
}

/** Returns the index of the digit that is shown until another is chosen. */
export function firstToDoubt(digits: readonly PlacedDigit[]): number {
  return Math.max(
    0,
    digits.findIndex(({ verdict }) => verdict === "unsure"),
  );
}
