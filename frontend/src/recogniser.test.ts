import { describe, expect, it } from "vitest";
import type { Answer } from "./api";
import {
  canClear,
  canUndo,
  initialState,
  isStale,
  type RecogniserAction,
  type RecogniserState,
  reduce,
  retryDelay,
} from "./recogniser";

const POINT = { x: 0.5, y: 0.5 };
const STROKE: RecogniserAction[] = [
  { type: "penLowered", point: POINT },
  { type: "penLifted" },
];
const OUTAGE = { sentence: "The recogniser cannot be reached", passing: true };
const REFUSAL = { sentence: "Not a picture.", passing: false };
const FILE = new File(["7"], "seven.png", { type: "image/png" });

const ready = play(initialState, [{ type: "woken", taskId: 1 }]);

function play(state: RecogniserState, actions: RecogniserAction[]): RecogniserState {
  return actions.reduce(reduce, state);
}

function answerOf(digit: number): Answer {
  return {
    digit,
    verdict: "digit",
    confidence: 1,
    probabilities: Array.from({ length: 10 }, (_, index) => (index === digit ? 1 : 0)),
    model: "cnn-3",
  };
}

function answered(state: RecogniserState, digit: number): RecogniserState {
  return reduce(state, {
    type: "answered",
    taskId: state.lastTaskId,
    answer: answerOf(digit),
  });
}

function failed(state: RecogniserState, trouble = OUTAGE): RecogniserState {
  return reduce(state, { type: "failed", taskId: state.lastTaskId, trouble });
}

describe("drawing", () => {
  it("asks for nothing until the pen is lifted, then for all strokes", () => {
    const down = play(ready, [
      { type: "penLowered", point: POINT },
      { type: "penMoved", point: { x: 0.6, y: 0.6 } },
    ]);
    expect(down.task).toBeNull();

    const lifted = reduce(down, { type: "penLifted" });
    expect(lifted.task?.subject).toEqual({
      kind: "ink",
      strokes: [[POINT, { x: 0.6, y: 0.6 }]],
    });
  });

  it("keeps a tap as a stroke of one point", () => {
    expect(play(ready, STROKE).strokes).toEqual([[POINT]]);
  });

  it("ignores a pen that moves or lifts without having been lowered", () => {
    const drawn = play(ready, STROKE);
    expect(reduce(drawn, { type: "penMoved", point: POINT })).toBe(drawn);
    expect(reduce(drawn, { type: "penLifted" })).toBe(drawn);
    expect(reduce(ready, { type: "penMoved", point: POINT })).toBe(ready);
    expect(reduce(ready, { type: "penLifted" })).toBe(ready);
  });

  it("lets the request for the earlier strokes go on while the next is drawn", () => {
    const reading = play(ready, STROKE);
    const next = reduce(reading, { type: "penLowered", point: POINT });
    expect(next.task).toBe(reading.task);
  });
});

describe("answers", () => {
  it("take the present task's answer", () => {
    const state = answered(play(ready, STROKE), 7);
    expect(state.answer?.digit).toBe(7);
    expect(state.task).toBeNull();
  });

  it("ignore one that comes out of order, before and after the newer one", () => {
    const first = play(ready, STROKE);
    const late: RecogniserAction = {
      type: "answered",
      taskId: first.lastTaskId,
      answer: answerOf(1),
    };
    const second = play(first, STROKE);

    const early = reduce(second, late);
    expect(early.answer).toBeNull();
    expect(early.task).toBe(second.task);
    expect(reduce(answered(second, 4), late).answer?.digit).toBe(4);
  });

  it("ignore failures, wakings and slowness of a superseded task", () => {
    const first = play(ready, STROKE);
    const second = play(first, STROKE);
    const taskId = first.lastTaskId;

    expect(reduce(second, { type: "failed", taskId, trouble: OUTAGE })).toBe(second);
    expect(reduce(second, { type: "woken", taskId })).toBe(second);
    expect(reduce(second, { type: "taskSlow", taskId })).toBe(second);
  });

  it("keep the old answer, as stale, while the new one is awaited", () => {
    const settled = answered(play(ready, STROKE), 1);
    const reading = play(settled, STROKE);
    expect(reading.answer?.digit).toBe(1);
    expect([isStale(settled), isStale(reading)]).toEqual([false, true]);
  });

  it("are slow only until they arrive", () => {
    const reading = play(ready, STROKE);
    const slow = reduce(reading, { type: "taskSlow", taskId: reading.lastTaskId });
    expect(slow.slow).toBe(true);
    expect(slow.task).toBe(reading.task);
    expect(answered(slow, 7).slow).toBe(false);
    expect(play(slow, STROKE).slow).toBe(false);
  });
});

describe("undo", () => {
  it("asks again about the strokes that remain", () => {
    const two = answered(play(ready, [...STROKE, ...STROKE]), 4);
    const one = reduce(two, { type: "undone" });
    expect(one.strokes).toHaveLength(1);
    expect(one.task?.id).toBeGreaterThan(two.lastTaskId);
    expect(one.task?.subject).toEqual({ kind: "ink", strokes: [[POINT]] });
  });

  it("of the last stroke leaves empty paper and asks for nothing", () => {
    const none = reduce(answered(play(ready, STROKE), 1), { type: "undone" });
    expect(none).toMatchObject({ strokes: [], task: null, answer: null });
  });

  it("takes back a stroke that is still being drawn", () => {
    const drawing = play(ready, [...STROKE, { type: "penLowered", point: POINT }]);
    const undone = reduce(drawing, { type: "undone" });
    expect(undone.penDown).toBe(false);
    expect(undone.strokes).toHaveLength(1);
  });

  it("is there only for strokes", () => {
    expect(canUndo(ready)).toBe(false);
    expect(reduce(ready, { type: "undone" })).toBe(ready);
    expect(canUndo(play(ready, STROKE))).toBe(true);
    expect(canUndo(reduce(ready, { type: "pictureChosen", file: FILE }))).toBe(false);
  });
});

describe("clear", () => {
  it("leaves empty paper, drops the request and asks for nothing", () => {
    const cleared = reduce(play(ready, STROKE), { type: "cleared" });
    expect(cleared).toMatchObject({ strokes: [], picture: null, answer: null, task: null });
  });

  it("makes the answer to the dropped request count for nothing", () => {
    const reading = play(ready, STROKE);
    const cleared = reduce(reading, { type: "cleared" });
    expect(answered(cleared, 7)).toBe(cleared);
  });

  it("does not interrupt the waking of the API", () => {
    expect(reduce(initialState, { type: "cleared" }).task).toBe(initialState.task);
  });

  it("is there for strokes and pictures", () => {
    expect(canClear(ready)).toBe(false);
    expect(canClear(play(ready, STROKE))).toBe(true);
    expect(canClear(reduce(ready, { type: "pictureChosen", file: FILE }))).toBe(true);
  });
});

describe("an uploaded picture", () => {
  it("replaces the strokes and is asked about", () => {
    const state = play(ready, [...STROKE, { type: "pictureChosen", file: FILE }]);
    expect(state.strokes).toEqual([]);
    expect(state.task?.subject).toEqual({ kind: "picture", file: FILE });
  });

  it("gives way to the next stroke, and its request with it", () => {
    const state = play(ready, [
      { type: "pictureChosen", file: FILE },
      { type: "penLowered", point: POINT },
    ]);
    expect(state).toMatchObject({ picture: null, strokes: [[POINT]], task: null });
  });

  it("that is turned away leaves drawing and answer alone until the next change", () => {
    const drawn = answered(play(ready, STROKE), 7);
    const told = reduce(drawn, { type: "fileTurnedAway", sentence: "Too big" });
    expect(told).toEqual({ ...drawn, turnedAway: "Too big" });
    expect(play(told, STROKE).turnedAway).toBeNull();
    expect(reduce(told, { type: "cleared" }).turnedAway).toBeNull();
  });
});

describe("trouble", () => {
  it("takes away the answer that no longer holds", () => {
    const state = failed(play(answered(play(ready, STROKE), 1), STROKE));
    expect(state).toMatchObject({ answer: null, task: null, trouble: OUTAGE });
  });

  it("that passes is retried, at longer and longer intervals up to a limit", () => {
    let state = failed(play(ready, STROKE));
    const delays: (number | null)[] = [];
    for (let count = 0; count < 7; count += 1) {
      delays.push(retryDelay(state));
      state = failed(reduce(state, { type: "retried" }));
    }
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it("that does not pass is not retried", () => {
    expect(retryDelay(failed(play(ready, STROKE), REFUSAL))).toBeNull();
  });

  it("is shown until a retry succeeds, then forgotten", () => {
    const retrying = reduce(failed(play(ready, STROKE)), { type: "retried" });
    expect(retrying.trouble).toBe(OUTAGE);
    expect(retryDelay(retrying)).toBeNull();

    const recovered = answered(retrying, 7);
    expect(recovered).toMatchObject({ trouble: null, failures: 0 });
    expect(recovered.answer?.digit).toBe(7);
  });

  it("is retried with the present drawing, without the unfinished stroke", () => {
    const out = failed(play(ready, STROKE));
    const drawing = reduce(out, { type: "penLowered", point: { x: 0.1, y: 0.1 } });
    expect(reduce(drawing, { type: "retried" }).task?.subject).toEqual({
      kind: "ink",
      strokes: [[POINT]],
    });
  });

  it("on empty paper is retried by asking for the API's health", () => {
    const retrying = reduce(failed(initialState), { type: "retried" });
    expect(retrying.task).toEqual({ id: 2, subject: null });
    expect(reduce(retrying, { type: "woken", taskId: 2 })).toMatchObject({
      awake: true,
      trouble: null,
    });
  });

  it("is gone from the page with the next stroke", () => {
    expect(play(failed(play(ready, STROKE), REFUSAL), STROKE).trouble).toBeNull();
  });
});
