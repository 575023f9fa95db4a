import { describe, expect, it } from "vitest";
import type { Answer } from "./api";
import { initialState, type RecogniserState } from "./recogniser";
import { lay } from "./sketch";
import { favourites, percent, sentenceFor, sentenceForAnswer, timing } from "./verdict";

const FOUR_OR_NINE = [0, 0, 0, 0, 0.38, 0.02, 0, 0.05, 0.04, 0.51];

function answer(part: Partial<Answer>): Answer {
  return {
    digit: null,
    verdict: "blank",
    confidence: 0.5,
    probabilities: FOUR_OR_NINE,
    model: "cnn-3",
    id: "cnn-3-x-1",
    ...part,
  };
}

describe("sentenceForAnswer", () => {
  it("names a digit and how sure it is", () => {
    const seven = answer({ verdict: "digit", digit: 7, confidence: 0.994 });
    expect(sentenceForAnswer(seven)).toBe("That is a 7, 99.4% sure");
  });

  it("minds the article of 8", () => {
    const eight = answer({ verdict: "digit", digit: 8, confidence: 0.9 });
    expect(sentenceForAnswer(eight)).toBe("That is an 8, 90.0% sure");
  });

  it("names the two likeliest digits when unsure, the likelier first", () => {
    expect(sentenceForAnswer(answer({ verdict: "unsure", digit: 9 }))).toBe(
      "Not sure: 9 or 4?",
    );
  });

  it("names one digit when the doubt is whether it is a digit at all", () => {
    const probabilities = [0, 0, 0, 0, 0, 0, 0.01, 0.01, 0.98, 0];
    const answered = answer({ verdict: "unsure", digit: 8, probabilities });
    expect(sentenceForAnswer(answered)).toBe("Not sure: an 8?");
    expect(favourites(answered)).toEqual([8]);
  });

  it("has words for what is no digit and for nothing", () => {
    expect(sentenceForAnswer(answer({ verdict: "not_a_digit" }))).toBe(
      "That does not look like a digit",
    );
    expect(sentenceForAnswer(answer({ verdict: "blank" }))).toBe("Nothing drawn yet");
  });
});

describe("favourites", () => {
  it("are one for a digit, two when unsure, none otherwise", () => {
    expect(favourites(answer({ verdict: "digit", digit: 9 }))).toEqual([9]);
    expect(favourites(answer({ verdict: "unsure", digit: 9 }))).toEqual([9, 4]);
    expect(favourites(answer({ verdict: "not_a_digit" }))).toEqual([]);
  });
});

describe("percent", () => {
  it.each([
    [0, "0.0%"],
    [0.0004, "0.0%"],
    [0.0005, "0.1%"],
    [0.994, "99.4%"],
    [0.99999, "99.9%"],
    [1, "100.0%"],
    [1.0000001, "100.0%"],
  ])("writes %f as %s", (share, text) => {
    expect(percent(share)).toBe(text);
  });
});

describe("timing", () => {
  const reading = { answer: answer({}), roundTrip: 34.4, inModel: 0.27 };

  it("tells the round trip and the model's part in it, where it is known", () => {
    expect(timing(reading)).toBe("Answered in 34 ms (model: 0.3 ms)");
    expect(timing({ ...reading, inModel: null })).toBe("Answered in 34 ms");
  });

  it("claims no answer in no time", () => {
    expect(timing({ ...reading, roundTrip: 0.2, inModel: null })).toBe("Answered in 1 ms");
  });
});

describe("sentenceFor", () => {
  const stroke = { width: 0.05, points: [{ x: 0, y: 0 }] };
  const sketch = lay(initialState.sketch, { strokes: [stroke] });
  const drawn: RecogniserState = { ...initialState, sketch, task: null };
  const reading = { answer: answer({}), roundTrip: 10, inModel: null };
  const trouble = { sentence: "It rains", passing: true };

  it("begins with nothing drawn, and mentions waking only once it takes long", () => {
    expect(sentenceFor(initialState)).toBe("Nothing drawn yet");
    expect(sentenceFor({ ...initialState, slow: true })).toBe("Waking the recogniser…");
  });

  it("is reading while a drawing has no answer, and when a new one takes long", () => {
    expect(sentenceFor(drawn)).toBe("Reading…");
    const busy = { ...drawn, task: initialState.task, awake: true, reading };
    expect(sentenceFor(busy)).toBe("Nothing drawn yet");
    expect(sentenceFor({ ...busy, slow: true })).toBe("Reading…");
  });

  it("puts a trouble before an answer, and a file turned away before both", () => {
    const troubled = { ...drawn, reading, trouble };
    expect(sentenceFor(troubled)).toBe("It rains");
    expect(sentenceFor({ ...troubled, turnedAway: "Too big" })).toBe("Too big");
  });

  it("says that it is the network, where that would pass", () => {
    const away = { ...drawn, online: false };
    expect(sentenceFor({ ...away, trouble })).toBe(
      "You are offline; the answer comes when you are back",
    );
    expect(sentenceFor({ ...away, trouble: { ...trouble, passing: false } })).toBe("It rains");
  });
});
