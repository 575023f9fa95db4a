/** The sentences that describe the recognizer's state to the user. */

import type { Prediction, TimedPrediction } from "./api";
import { isBlank } from "./history";
import type { RecognizerState } from "./reducer";

export const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

const NOTHING_DRAWN = "Nothing drawn yet";
const RECOGNIZING = "Recognizing…";

/**
 * The least probability of a second digit worth naming. Below it, the prediction is unsure
 * because the image may not show a digit at all.
 */
const RUNNER_UP_MIN = 0.05;

/** Returns the one sentence that the page shows for a state. */
export function messageFor(state: RecognizerState): string {
  if (state.rejection !== null) return state.rejection;
  if (state.failure !== null) {
    return state.failure.retryable && !state.online
      ? "You are offline; waiting for a connection"
      : state.failure.message;
  }
  if (state.task !== null && state.slow) {
    return state.ready ? RECOGNIZING : "Starting the recognizer…";
  }
  if (state.timedPrediction !== null)
    return describePrediction(state.timedPrediction.prediction);
  return isBlank(state.sketch) ? NOTHING_DRAWN : RECOGNIZING;
}

export function describeTiming({ roundTripMs, modelMs }: TimedPrediction): string {
  const total = `Took ${Math.max(1, Math.round(roundTripMs))} ms`;
  return modelMs === null ? total : `${total} (model: ${modelMs.toFixed(1)} ms)`;
}

export function describePrediction(prediction: Prediction): string {
  switch (prediction.verdict) {
    case "digit": {
      return `That is ${withArticle(prediction.digit)}, ${percent(prediction.confidence)} sure`;
    }
    case "unsure": {
      const [first, second] = topDigits(prediction);
      return second === undefined
        ? `Not sure: ${withArticle(first)}?`
        : `Not sure: ${first} or ${second}?`;
    }
    case "not_a_digit":
      return "That does not look like a digit";
    case "blank":
      return NOTHING_DRAWN;
  }
}

export function withArticle(digit: number | null | undefined): string {
  return `${digit === 8 ? "an" : "a"} ${digit}`;
}

/** Returns the predicted digit and, if the prediction is unsure, the runner-up. */
export function topDigits({ verdict, digit, probabilities }: Prediction): readonly number[] {
  switch (verdict) {
    case "digit":
      return digit === null ? [] : [digit];
    case "unsure":
      return rankDigits(probabilities)
        .slice(0, 2)
        .filter((ranked, rank) => rank === 0 || (probabilities[ranked] ?? 0) >= RUNNER_UP_MIN);
    case "not_a_digit":
    case "blank":
      return [];
  }
}

/** Formats a probability to a tenth of a percent. Values below 1 never round up to 100%. */
export function percent(probability: number): string {
  const tenths = Math.round(probability * 1000);
  return `${((probability < 1 ? Math.min(tenths, 999) : tenths) / 10).toFixed(1)}%`;
}

/** Returns the digits from most to least likely. */
function rankDigits(probabilities: readonly number[]): number[] {
  return probabilities
    .map((probability, digit) => ({ probability, digit }))
    .sort((a, b) => b.probability - a.probability)
    .map(({ digit }) => digit);
}
