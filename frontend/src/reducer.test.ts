import { describe, expect, it } from "vitest";
import type { TimedPrediction } from "./api";
import { numbersOf } from "./numbers.fixture";
import {
  initialState,
  isStale,
  type RecognizerAction,
  type RecognizerState,
  reduce,
  retryDelay,
  takesFeedback,
} from "./reducer";

const POINT = { x: 0.5, y: 0.5 };
const SAMPLE = { ...POINT, pressure: null };
const START: RecognizerAction = { type: "strokeStarted", sample: SAMPLE };
const EXTEND: RecognizerAction = {
  type: "strokeExtended",
  samples: [{ x: 0.7, y: 0.6, pressure: null }],
};
const STROKE: RecognizerAction[] = [START, EXTEND, { type: "strokeEnded" }];
const SIZE = { width: 196, height: 196 };
const OUTAGE = { message: "Can't reach the recognizer.", retryable: true };
const REJECTION = { message: "The image cannot be read.", retryable: false };
const FILE = new File(["7"], "seven.png", { type: "image/png" });

const ready = play(initialState, { type: "apiReady", taskId: 1, storesInputs: false });

function play(state: RecognizerState, ...actions: RecognizerAction[]): RecognizerState {
  return actions.reduce(reduce, state);
}

function predictionOf(digit: number): TimedPrediction {
  const probabilities = Array.from({ length: 10 }, (_, index) => (index === digit ? 1 : 0));
  const result = { digit, verdict: "digit", confidence: 1, probabilities } as const;
  const prediction = { ...result, model: "m", id: `m-${digit}`, numbers: [] };
  return { prediction, roundTripMs: 12, modelMs: 0.3 };
}

function predicted(state: RecognizerState, digit: number): RecognizerState {
  return reduce(state, {
    type: "predicted",
    taskId: state.lastTaskId,
    timedPrediction: predictionOf(digit),
    imageSize: SIZE,
  });
}

function failed(state: RecognizerState, failure = OUTAGE): RecognizerState {
  return reduce(state, { type: "taskFailed", taskId: state.lastTaskId, failure });
}

function slow(state: RecognizerState): RecognizerState {
  return reduce(state, { type: "taskSlow", taskId: state.lastTaskId });
}

function shownDigit(state: RecognizerState): number | null | undefined {
  return state.timedPrediction?.prediction.digit;
}

describe("a drawing", () => {
  it("is sent when the stroke ends", () => {
    const drawing = play(ready, START, EXTEND);
    expect(drawing.task).toBeNull();
    const ended = reduce(drawing, { type: "strokeEnded" });
    expect(ended.task?.drawing).toBe(ended.sketch.drawing);
  });

  it("has strokes of the chosen pen width", () => {
    const { sketch } = play(ready, { type: "penWidthChanged", width: 0.1 }, ...STROKE);
    expect(sketch.drawing.strokes[0]?.[0]?.width).toBe(0.1);
  });

  it("is previewed during a stroke, one request at a time", () => {
    const previewing = play(ready, START, EXTEND, { type: "previewDue" });
    expect(previewing.task?.drawing).toBe(previewing.sketch.drawing);
    const extended = play(previewing, EXTEND, { type: "previewDue" });
    expect(extended.task).toBe(previewing.task);

    const previewed = predicted(extended, 1);
    expect(shownDigit(previewed)).toBe(1);
    expect(isStale(previewed)).toBe(false);
    expect(previewed.task).toBeNull();
    const next = reduce(previewed, { type: "previewDue" });
    expect(next.task?.drawing).toBe(extended.sketch.drawing);
  });

  it("is not sent again while the pen rests", () => {
    const previewed = predicted(play(ready, START, EXTEND, { type: "previewDue" }), 1);
    expect(reduce(previewed, { type: "previewDue" })).toBe(previewed);
    expect(reduce(previewed, { type: "strokeEnded" }).task).toBeNull();
  });

  it("is not previewed while the pen is up or after a failure", () => {
    expect(reduce(ready, { type: "previewDue" })).toBe(ready);
    const state = play(failed(play(ready, ...STROKE)), START);
    expect(reduce(state, { type: "previewDue" })).toBe(state);
  });
});

describe("a preview", () => {
  it("is not for the image that the stroke has replaced", () => {
    const waiting = reduce(ready, { type: "imageChosen", file: FILE });
    expect(shownDigit(predicted(play(waiting, START), 8))).toBe(8);
    const replaced = predicted(play(waiting, START, EXTEND), 8);
    expect(shownDigit(replaced)).toBeUndefined();
    expect(reduce(replaced, { type: "previewDue" }).task?.drawing).toBe(
      replaced.sketch.drawing,
    );
  });

  it("follows an image that could not be read", () => {
    const refused = failed(reduce(ready, { type: "imageChosen", file: FILE }), REJECTION);
    const drawing = play(refused, START, EXTEND, { type: "previewDue" });
    expect(drawing.failure).toBeNull();
    expect(drawing.task?.drawing).toBe(drawing.sketch.drawing);
  });

  it("is not for a drawing that was cleared while the API was starting", () => {
    const asked = reduce(failed(play(initialState, ...STROKE)), { type: "retried" });
    const other: RecognizerAction = { type: "strokeStarted", sample: { ...SAMPLE } };
    const waiting = play(asked, { type: "cleared" }, other, EXTEND);
    expect(waiting.task).toBe(asked.task);
    expect(shownDigit(predicted(waiting, 3))).toBeUndefined();
  });
});

describe("a dot", () => {
  const dot = play(ready, START, { type: "previewDue" });

  it("is not sent, neither during the stroke nor after it", () => {
    expect(dot.task).toBeNull();
    expect(reduce(dot, { type: "strokeEnded" })).toMatchObject({ task: null });
  });

  it("counts beside a stroke", () => {
    const dotted = play(predicted(play(ready, ...STROKE), 1), START, { type: "strokeEnded" });
    expect(dotted.task?.drawing).toBe(dotted.sketch.drawing);
  });
});

describe("a pen", () => {
  const pen = (pressure: number, x = 0.5) => ({ x, y: 0.5, pressure });

  it("draws wider with more pressure", () => {
    const { sketch } = play(
      ready,
      { type: "strokeStarted", sample: pen(0.5) },
      { type: "strokeExtended", samples: [pen(0.5, 0.6), pen(1, 0.7), pen(0, 0.8)] },
      { type: "strokeEnded" },
    );
    const widths = sketch.drawing.strokes[0]?.map(({ width }) => width / ready.penWidth);
    expect(widths).toEqual([1, 1.5, 0.5]);
  });

  it("turns off drawing with fingers once, until it is turned on again", () => {
    const seen = play(ready, { type: "strokeStarted", sample: pen(0.5) });
    expect(seen).toMatchObject({ penSeen: true, fingersDraw: false });
    const on = play(
      seen,
      { type: "fingersDrawChanged", fingersDraw: true },
      { type: "strokeStarted", sample: pen(0.5) },
    );
    expect(on.fingersDraw).toBe(true);
    expect(play(ready, START)).toMatchObject({ penSeen: false, fingersDraw: true });
  });
});

describe("a canceled stroke", () => {
  it("leaves the prediction as it was", () => {
    const settled = predicted(play(ready, ...STROKE), 7);
    expect(play(settled, START, EXTEND, { type: "strokeCanceled" })).toEqual(settled);
  });

  it("has its preview replaced", () => {
    const settled = predicted(play(ready, ...STROKE), 7);
    const previewed = predicted(play(settled, START, EXTEND, { type: "previewDue" }), 4);
    const canceled = reduce(previewed, { type: "strokeCanceled" });
    expect(canceled.task?.drawing).toBe(settled.sketch.drawing);
  });
});

describe("a change during a request", () => {
  it("is sent next, and the outdated prediction is not shown", () => {
    const first = play(ready, ...STROKE);
    const second = play(first, ...STROKE);
    expect(second.task).toBe(first.task);
    const next = predicted(second, 1);
    expect(shownDigit(next)).toBeUndefined();
    expect(next.task?.drawing).toBe(second.sketch.drawing);
    expect(shownDigit(predicted(next, 4))).toBe(4);
  });

  it("replaces a request that is slow before or after the change", () => {
    const first = slow(play(ready, ...STROKE));
    const after = play(first, ...STROKE);
    expect(after.task?.drawing).toBe(after.sketch.drawing);
    expect(after.slow).toBe(false);
    const before = slow(play(ready, ...STROKE, ...STROKE));
    expect(before.task?.drawing).toBe(before.sketch.drawing);
  });

  it("waits for an API that is starting, because a new request would not be faster", () => {
    const starting = slow(initialState);
    const drawn = play(starting, ...STROKE);
    expect(drawn.task).toBe(starting.task);
    const started = reduce(drawn, { type: "apiReady", taskId: 1, storesInputs: false });
    expect(started.task?.drawing).toBe(drawn.sketch.drawing);
  });
});

describe("a response", () => {
  it("is ignored after a newer request", () => {
    const first = slow(play(ready, ...STROKE));
    const taskId = first.lastTaskId;
    const second = play(first, ...STROKE);
    for (const late of [
      { type: "predicted", taskId, timedPrediction: predictionOf(1), imageSize: SIZE },
      { type: "taskFailed", taskId, failure: OUTAGE },
      { type: "apiReady", taskId, storesInputs: true },
      { type: "taskSlow", taskId },
    ] as const) {
      expect(reduce(second, late)).toBe(second);
    }
  });

  it("ends the slow state", () => {
    const late = slow(play(ready, ...STROKE));
    expect(late.slow).toBe(true);
    expect(predicted(late, 7).slow).toBe(false);
  });
});

describe("a prediction", () => {
  it("remains as stale until the next one", () => {
    const settled = predicted(play(ready, ...STROKE), 1);
    const waiting = play(settled, ...STROKE);
    expect(shownDigit(waiting)).toBe(1);
    expect([isStale(settled), isStale(waiting)]).toEqual([false, true]);
  });
});

describe("the chosen digit", () => {
  it("is that of one prediction", () => {
    const chosen = reduce(predicted(play(ready, ...STROKE), 7), {
      type: "digitChosen",
      index: 2,
    });
    expect(chosen.chosenDigit).toBe(2);
    expect(predicted(play(chosen, ...STROKE), 4).chosenDigit).toBeNull();
  });
});

describe("feedback", () => {
  it("resets feedback and consent, which are for one drawing", () => {
    const asked = play(
      predicted(play(ready, ...STROKE), 7),
      { type: "consentChanged", storeInput: true },
      { type: "feedbackSent", label: 1 },
    );
    expect(asked.feedback).toMatchObject({ asking: "nothing", storeInput: true, label: 1 });
    const next = predicted(play(asked, ...STROKE), 4);
    expect(next.feedback).toEqual(initialState.feedback);
  });
});

describe("feedback", () => {
  const sent = reduce(predicted(play(ready, ...STROKE), 7), { type: "feedbackSent", label: 7 });
  const failure = {
    type: "feedbackFailed",
    predictionId: "m-7",
    label: 7,
    failure: OUTAGE,
  } as const;

  it("shows a failure until it is sent again, unless another prediction has followed", () => {
    const lost = reduce(sent, failure);
    expect(lost.feedback).toMatchObject({ label: 7, failure: OUTAGE });
    expect(reduce(lost, { type: "feedbackSent", label: 7 }).feedback.failure).toBeNull();
    const next = predicted(play(sent, ...STROKE), 4);
    expect(reduce(next, failure)).toBe(next);
  });

  it("shows no failure of a label that was changed since", () => {
    const changed = reduce(sent, { type: "feedbackSent", label: 1 });
    expect(reduce(changed, failure)).toBe(changed);
  });

  it("is taken on what is shown for this drawing only", () => {
    expect(takesFeedback(sent)).toBe(true);
    expect(takesFeedback(play(sent, START))).toBe(false);
    expect(takesFeedback(play(sent, ...STROKE))).toBe(false);
    expect(takesFeedback(initialState)).toBe(false);
  });

  it("is not taken on more digits than the API accepts", () => {
    const taken = (text: string) => {
      const prediction = numbersOf(text);
      const timedPrediction = { prediction, roundTripMs: 12, modelMs: null };
      const drawn = play(ready, ...STROKE);
      const taskId = drawn.lastTaskId;
      return takesFeedback(
        play(drawn, { type: "predicted", taskId, timedPrediction, imageSize: SIZE }),
      );
    };
    expect([taken("1".repeat(40)), taken("1".repeat(41))]).toEqual([true, false]);
  });
});

describe("undo and redo", () => {
  it("send the restored drawing", () => {
    const two = predicted(play(ready, ...STROKE, ...STROKE), 1);
    const settled = predicted(two, 4);
    const undone = reduce(settled, { type: "undone" });
    expect(undone.task?.drawing).toBe(undone.sketch.drawing);
    expect(undone.sketch.drawing.strokes).toHaveLength(1);
    const redone = reduce(predicted(undone, 1), { type: "redone" });
    expect(redone.task?.drawing).toBe(settled.sketch.drawing);
  });

  it("send nothing for a blank drawing", () => {
    const undone = reduce(predicted(play(ready, ...STROKE), 1), { type: "undone" });
    expect(undone).toMatchObject({ task: null, timedPrediction: null });
  });
});

describe("clear", () => {
  it("cancels the request, whose prediction is ignored", () => {
    const waiting = play(ready, ...STROKE);
    const cleared = reduce(waiting, { type: "cleared" });
    expect(cleared).toMatchObject({ task: null, timedPrediction: null });
    expect(predicted(cleared, 7)).toBe(cleared);
  });

  it("does not cancel a request that is starting the API", () => {
    expect(reduce(initialState, { type: "cleared" }).task).toBe(initialState.task);
  });
});

describe("an image or a link", () => {
  it("is sent", () => {
    const cleared = play(ready, ...STROKE, { type: "cleared" });
    const chosen = reduce(cleared, { type: "imageChosen", file: FILE });
    expect(chosen.task?.drawing).toEqual({ strokes: [], image: FILE });
    const points = [POINT, { x: 0.5, y: 0.9 }];
    const strokes = [[{ width: 0.05, points }]];
    const example = reduce(ready, { type: "linkOpened", strokes });
    expect(example.task?.drawing).toEqual({ strokes, image: null });
  });
});

describe("a link that was cut off", () => {
  it("leaves the drawing unchanged, and says so", () => {
    const drawn = predicted(play(ready, ...STROKE), 7);
    const rejection = { reason: "That link has no complete drawing." };
    expect(reduce(drawn, { type: "linkOpened", strokes: null })).toEqual({
      ...drawn,
      rejection,
    });
  });
});

describe("a rejected file", () => {
  it("leaves drawing and prediction unchanged, and its message until the next change", () => {
    const drawn = predicted(play(ready, ...STROKE), 7);
    const rejected = reduce(drawn, { type: "fileRejected", reason: "Too large" });
    expect(rejected).toEqual({ ...drawn, rejection: { reason: "Too large" } });
    expect([takesFeedback(drawn), takesFeedback(rejected)]).toEqual([true, false]);
    expect(play(rejected, ...STROKE).rejection).toBeNull();
    expect(reduce(rejected, { type: "cleared" }).rejection).toBeNull();
    expect(reduce(rejected, { type: "rejectionExpired" })).toEqual(drawn);
  });
});

describe("a failure", () => {
  it("removes the outdated prediction", () => {
    const state = failed(play(predicted(play(ready, ...STROKE), 1), ...STROKE));
    expect(state).toMatchObject({ timedPrediction: null, task: null, failure: OUTAGE });
  });

  it("is retried at increasing intervals up to a limit", () => {
    let state = failed(play(ready, ...STROKE));
    const delays: (number | null)[] = [];
    for (let count = 0; count < 7; count += 1) {
      delays.push(retryDelay(state));
      state = failed(reduce(state, { type: "retried" }));
    }
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it("is retried soon after a change, however many came before", () => {
    const twice = failed(reduce(failed(play(ready, ...STROKE)), { type: "retried" }));
    expect(retryDelay(failed(play(twice, ...STROKE)))).toBe(1000);
  });

  it("is not retried unless it is retryable", () => {
    expect(retryDelay(failed(play(ready, ...STROKE), REJECTION))).toBeNull();
  });

  it("is shown until a retry succeeds", () => {
    const retrying = reduce(failed(play(ready, ...STROKE)), { type: "retried" });
    expect(retrying.failure).toBe(OUTAGE);
    expect(retryDelay(retrying)).toBeNull();
    const recovered = predicted(retrying, 7);
    expect(recovered).toMatchObject({ failure: null, failureCount: 0 });
    expect(shownDigit(recovered)).toBe(7);
  });

  it("with a blank drawing is retried by a health check", () => {
    const retrying = reduce(failed(initialState), { type: "retried" });
    expect(retrying.task).toEqual({ id: 2, drawing: null });
    expect(reduce(retrying, { type: "apiReady", taskId: 2, storesInputs: true })).toMatchObject(
      { ready: true, storesInputs: true, failure: null },
    );
  });

  it("disappears with the next change, even with undo and redo", () => {
    const rejected = failed(play(ready, ...STROKE), REJECTION);
    expect(play(rejected, ...STROKE).failure).toBeNull();
    const redone = play(rejected, { type: "undone" }, { type: "redone" });
    expect(redone.failure).toBeNull();
    expect(redone.task?.drawing).toBe(rejected.sketch.drawing);
  });

  it("is not shown if it rejects an earlier drawing", () => {
    const next = failed(play(ready, ...STROKE, ...STROKE), REJECTION);
    expect(next.failure).toBeNull();
    expect(next.task?.drawing).toBe(next.sketch.drawing);
  });
});

describe("without a network", () => {
  it("a failure is not retried until the network is back, and then immediately", () => {
    const offline = reduce(failed(play(ready, ...STROKE)), {
      type: "networkChanged",
      online: false,
    });
    expect(retryDelay(offline)).toBeNull();
    const online = reduce(offline, { type: "networkChanged", online: true });
    expect(online.task?.drawing).toBe(offline.sketch.drawing);
  });

  it("nothing is sent again unless it failed", () => {
    const settled = predicted(play(ready, ...STROKE), 7);
    const offline = reduce(settled, { type: "networkChanged", online: false });
    expect(reduce(offline, { type: "networkChanged", online: true })).toEqual(settled);
  });
});
