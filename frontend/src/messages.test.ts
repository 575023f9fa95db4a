import { describe, expect, it } from "vitest";
import type { Prediction } from "./api";
import { setDrawing } from "./history";
import { describePrediction, describeTiming, messageFor, percent, topDigits } from "./messages";
import { numbersOf } from "./numbers.fixture";
import { initialState, type RecognizerState } from "./reducer";

const FOUR_OR_NINE = [0, 0, 0, 0, 0.38, 0.02, 0, 0.05, 0.04, 0.51];

function prediction(part: Partial<Prediction>): Prediction {
  return {
    digit: null,
    verdict: "blank",
    confidence: 0.5,
    probabilities: FOUR_OR_NINE,
    model: "cnn-3",
    id: "cnn-3-x-1",
    numbers: [],
    ...part,
  };
}

describe("describePrediction", () => {
  it("names the digit and the confidence", () => {
    const seven = prediction({ verdict: "digit", digit: 7, confidence: 0.994 });
    expect(describePrediction(seven)).toBe("It's a 7 (99.4% sure)");
  });

  it("uses the article “an” for an 8", () => {
    const eight = prediction({ verdict: "digit", digit: 8, confidence: 0.9 });
    expect(describePrediction(eight)).toBe("It's an 8 (90.0% sure)");
  });

  it("names the two most likely digits of an unsure prediction, the likelier first", () => {
    expect(describePrediction(prediction({ verdict: "unsure", digit: 9 }))).toBe(
      "Not sure. Is it a 9 or a 4?",
    );
  });

  it("names one digit of an unsure prediction if the runner-up is unlikely", () => {
    const probabilities = [0, 0, 0, 0, 0, 0, 0.01, 0.01, 0.98, 0];
    const unsure = prediction({ verdict: "unsure", digit: 8, probabilities });
    expect(describePrediction(unsure)).toBe("Not sure. Is it an 8?");
    expect(topDigits(unsure)).toEqual([8]);
  });

  it.each([
    [["2026"], "Number 2026 (90.0% sure)"],
    [["4", "2"], "Numbers 4 and 2 (90.0% sure)"],
    [["42", "7", "13"], "Numbers 42, 7 and 13 (90.0% sure)"],
    [["42", "7", "13", "8"], "4 numbers (90.0% sure)"],
  ])("names the numbers of %j unless they are many", (texts, sentence) => {
    expect(describePrediction({ ...numbersOf(...texts), confidence: 0.9 })).toBe(sentence);
  });

  it("asks about a number with a digit that is unsure", () => {
    expect(describePrediction(numbersOf("42?"))).toBe("Not sure. Number 42?");
  });

  it("describes a non-digit", () => {
    expect(describePrediction(prediction({ verdict: "not_a_digit" }))).toBe(
      "That doesn't look like a digit",
    );
  });
});

describe("topDigits", () => {
  it("returns one for a digit, two for an unsure prediction and none otherwise", () => {
    expect(topDigits(prediction({ verdict: "digit", digit: 9 }))).toEqual([9]);
    expect(topDigits(prediction({ verdict: "unsure", digit: 9 }))).toEqual([9, 4]);
    expect(topDigits(prediction({ verdict: "not_a_digit" }))).toEqual([]);
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
  ])("formats %f as %s", (probability, text) => {
    expect(percent(probability)).toBe(text);
  });
});

describe("describeTiming", () => {
  const timed = { prediction: prediction({}), roundTripMs: 34.4, modelMs: 0.27 };

  it("names the round trip and, if known, the model's time", () => {
    expect(describeTiming(timed)).toBe("Took 34 ms (model: 0.3 ms)");
    expect(describeTiming({ ...timed, modelMs: null })).toBe("Took 34 ms");
  });

  it("is at least 1 ms", () => {
    expect(describeTiming({ ...timed, roundTripMs: 0.2, modelMs: null })).toBe("Took 1 ms");
  });
});

describe("messageFor", () => {
  const points = [
    { x: 0, y: 0 },
    { x: 0.5, y: 0 },
  ];
  const sketch = setDrawing(initialState.sketch, { strokes: [[{ width: 0.05, points }]] });
  const drawn: RecognizerState = { ...initialState, sketch, task: null };
  const seven = prediction({ verdict: "digit", digit: 7, confidence: 0.9 });
  const timedPrediction = { prediction: seven, roundTripMs: 10, modelMs: null };
  const failure = { message: "The recognizer is busy", retryable: true };

  it("mentions a cold start only once it takes long", () => {
    expect(messageFor(initialState)).toBe("Nothing drawn yet");
    expect(messageFor({ ...initialState, slow: true })).toBe("Starting the recognizer…");
  });

  it("shows progress without a prediction, and while a new one takes long", () => {
    expect(messageFor(drawn)).toBe("Recognizing…");
    const busy = { ...drawn, task: initialState.task, ready: true, timedPrediction };
    expect(messageFor(busy)).toBe("It's a 7 (90.0% sure)");
    expect(messageFor({ ...busy, slow: true })).toBe("Recognizing…");
    expect(messageFor({ ...busy, slow: true, failure })).toBe("Recognizing…");
  });

  it("prefers a failure to a prediction, and a rejected file to both", () => {
    const failed = { ...drawn, timedPrediction, failure };
    expect(messageFor(failed)).toBe("The recognizer is busy");
    expect(messageFor({ ...failed, rejection: { reason: "Too large" } })).toBe("Too large");
  });

  it("blames the network for a retryable failure while offline", () => {
    const offline = { ...drawn, online: false };
    expect(messageFor({ ...offline, failure })).toBe(
      "You're offline. Your digit will be read when you reconnect.",
    );
    expect(messageFor({ ...initialState, online: false, failure })).toBe("You're offline.");
    expect(messageFor({ ...offline, failure: { ...failure, retryable: false } })).toBe(
      "The recognizer is busy",
    );
  });

  it("asks for more than a dot", () => {
    const dot = [{ width: 0.05, points: points.slice(0, 1) }];
    const dotted = setDrawing(initialState.sketch, { strokes: [dot] });
    expect(messageFor({ ...drawn, sketch: dotted })).toBe("Keep drawing…");
  });

  it("calls an image blank, and blames the browser for strokes that are", () => {
    const blank = { ...timedPrediction, prediction: prediction({ verdict: "blank" }) };
    const image = { strokes: [], image: new File(["0"], "0.png") };
    const read = { ...drawn, timedPrediction: blank };
    expect(messageFor({ ...read, predictedFor: image })).toBe("That image is blank.");
    expect(messageFor({ ...read, predictedFor: sketch.drawing })).toMatch(
      /^Your browser hides/,
    );
  });
});
