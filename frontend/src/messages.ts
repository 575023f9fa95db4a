/** Turns what the recogniser knows into words. */

import type { Answer, Reading } from "./api";
import type { RecogniserState } from "./recogniser";
import { isBlank } from "./sketch";

export const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

const NOTHING_DRAWN = "Nothing drawn yet";

/** Below this share a digit is no rival: the doubt is whether it is a digit at all. */
const RIVAL = 0.05;

/** The one sentence the page shows for its present state. */
export function sentenceFor(state: RecogniserState): string {
  if (state.turnedAway !== null) return state.turnedAway;
  if (state.trouble !== null) {
    return state.trouble.passing && !state.online
      ? "You are offline; the answer comes when you are back"
      : state.trouble.sentence;
  }
  if (state.task !== null && state.slow) {
    return state.awake ? "Reading…" : "Waking the recogniser…";
  }
  if (state.reading !== null) return sentenceForAnswer(state.reading.answer);
  return isBlank(state.sketch) ? NOTHING_DRAWN : "Reading…";
}

/** How long the reading took, in a few words. */
export function timing({ roundTrip, inModel }: Reading): string {
  const there = `Answered in ${Math.max(1, Math.round(roundTrip))} ms`;
  return inModel === null ? there : `${there} (model: ${inModel.toFixed(1)} ms)`;
}

export function sentenceForAnswer(answer: Answer): string {
  switch (answer.verdict) {
    case "digit": {
      return `That is ${withArticle(answer.digit)}, ${percent(answer.confidence)} sure`;
    }
    case "unsure": {
      const [first, second] = favourites(answer);
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

/** The digits that the answer puts forward: one if it is sure, and its rival if it is not. */
export function favourites(answer: Answer): readonly number[] {
  switch (answer.verdict) {
    case "digit":
      return answer.digit === null ? [] : [answer.digit];
    case "unsure":
      return ranking(answer.probabilities)
        .slice(0, 2)
        .filter((digit, place) => place === 0 || (answer.probabilities[digit] ?? 0) >= RIVAL);
    case "not_a_digit":
    case "blank":
      return [];
  }
}

/** In tenths of a percent. Only certainty itself is 100%: nothing is rounded up to it. */
export function percent(share: number): string {
  const tenths = Math.round(share * 1000);
  return `${((share < 1 ? Math.min(tenths, 999) : tenths) / 10).toFixed(1)}%`;
}

/** The digits from the likeliest to the least likely. */
function ranking(probabilities: readonly number[]): number[] {
  return probabilities
    .map((probability, digit) => ({ probability, digit }))
    .sort((a, b) => b.probability - a.probability)
    .map(({ digit }) => digit);
}
