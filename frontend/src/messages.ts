/** The sentences that describe the recognizer's state to the user. */

import type { Prediction, TimedPrediction } from "./api";
import { type Drawing, isBlank, isReadable } from "./history";
import type { Reading } from "./numbers";
import type { RecognizerState } from "./reducer";

export const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

/** Shown after a programming error. */
export const PAGE_ERROR = "Something went wrong in this page. Reload it and try again.";

/** Shown for a link that was cut off or typed. */
export const BROKEN_LINK = "That link has no complete drawing.";

const NOTHING_DRAWN = "Nothing drawn yet";
const TOO_SHORT = "Keep drawing…";
const RECOGNIZING = "Recognizing…";
const BLANK_IMAGE = "That image is blank.";
const HIDDEN_DRAWING =
  "Your browser hides your drawing from this page. Allow the page to read canvas data.";

/**
 * The least probability of a second digit worth naming. Below it, the prediction is unsure
 * because the image may not show a digit at all.
 */
const RUNNER_UP_MIN = 0.05;

/** Of more numbers, the sentence about a prediction has only the count. */
const MAX_NUMBERS_NAMED = 3;

/** Returns the one sentence that the page shows for a state. */
export function messageFor(state: RecognizerState): string {
  if (state.rejection !== null) return state.rejection.reason;
  if (state.task !== null && state.slow) {
    return state.ready ? RECOGNIZING : "Starting the recognizer…";
  }
  const { sketch, timedPrediction, predictedFor } = state;
  if (state.failure !== null) {
    if (!state.failure.retryable || state.online) return state.failure.message;
    return isBlank(sketch)
      ? "You're offline."
      : "You're offline. Your digit will be read when you reconnect.";
  }
  if (timedPrediction !== null) {
    const { prediction } = timedPrediction;
    return prediction.verdict === "blank"
      ? describeBlank(predictedFor)
      : describePrediction(prediction);
  }
  if (isBlank(sketch)) return NOTHING_DRAWN;
  return isReadable(sketch.drawing) ? RECOGNIZING : TOO_SHORT;
}

export function describeTiming({ roundTripMs, modelMs }: TimedPrediction): string {
  const total = `Took ${Math.max(1, Math.round(roundTripMs))} ms`;
  return modelMs === null ? total : `${total} (model: ${modelMs.toFixed(1)} ms)`;
}

/** Strokes are never blank, unless the browser hides from the page what is on its canvas. */
function describeBlank(drawing: Drawing | null): string {
  return drawing?.image === null ? HIDDEN_DRAWING : BLANK_IMAGE;
}

export function describePrediction(prediction: Prediction): string {
  switch (prediction.verdict) {
    case "digit":
      return `It's ${withArticle(prediction.digit)} (${percent(prediction.confidence)} sure)`;
    case "number":
      return `${nameNumbers(prediction)} (${percent(prediction.confidence)} sure)`;
    case "unsure":
      return prediction.digit === null
        ? `Not sure. ${nameNumbers(prediction)}?`
        : `Not sure. Is it ${topDigits(prediction).map(withArticle).join(" or ")}?`;
    case "not_a_digit":
      return "That doesn't look like a digit";
    case "blank":
      return BLANK_IMAGE;
  }
}

function nameNumbers({ numbers }: Prediction): string {
  const texts = numbers.map(({ text }) => text);
  if (texts.length > MAX_NUMBERS_NAMED) return `${texts.length} numbers`;
  const last = texts.pop();
  return texts.length === 0 ? `Number ${last}` : `Numbers ${texts.join(", ")} and ${last}`;
}

export function withArticle(digit: number | null | undefined): string {
  return `${digit === 8 ? "an" : "a"} ${digit}`;
}

/** Returns the predicted digit and, if it is unsure, the runner-up. */
export function topDigits({ verdict, digit, probabilities }: Reading): readonly number[] {
  if (digit === null || probabilities === null) return [];
  if (verdict !== "unsure") return [digit];
  return rankDigits(probabilities)
    .slice(0, 2)
    .filter((ranked, rank) => rank === 0 || (probabilities[ranked] ?? 0) >= RUNNER_UP_MIN);
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
