import { describe, expect, it } from "vitest";
import type { Reading } from "./api";
import {
  initialState,
  isStale,
  type RecogniserAction,
  type RecogniserState,
  reduce,
  retryDelay,
} from "./recogniser";

const POINT = { x: 0.5, y: 0.5 };
const LOWER: RecogniserAction = { type: "penLowered", point: POINT };
const MOVE: RecogniserAction = { type: "penMoved", point: { x: 0.6, y: 0.6 } };
const STROKE: RecogniserAction[] = [LOWER, MOVE, { type: "penLifted" }];
const OUTAGE = { sentence: "The recogniser cannot be reached", passing: true };
const REFUSAL = { sentence: "Not a picture.", passing: false };
const FILE = new File(["7"], "seven.png", { type: "image/png" });

const ready = play(initialState, { type: "woken", taskId: 1, keepsInk: false });

function play(state: RecogniserState, ...actions: RecogniserAction[]): RecogniserState {
  return actions.reduce(reduce, state);
}

function readingOf(digit: number): Reading {
  const probabilities = Array.from({ length: 10 }, (_, index) => (index === digit ? 1 : 0));
  const said = { digit, verdict: "digit", confidence: 1, probabilities } as const;
  return { answer: { ...said, model: "m", id: `m-${digit}` }, roundTrip: 12, inModel: 0.3 };
}

function answered(state: RecogniserState, digit: number): RecogniserState {
  return reduce(state, {
    type: "answered",
    taskId: state.lastTaskId,
    reading: readingOf(digit),
  });
}

function failed(state: RecogniserState, trouble = OUTAGE): RecogniserState {
  return reduce(state, { type: "failed", taskId: state.lastTaskId, trouble });
}

function slow(state: RecogniserState): RecogniserState {
  return reduce(state, { type: "taskSlow", taskId: state.lastTaskId });
}

function digitShown(state: RecogniserState): number | null | undefined {
  return state.reading?.answer.digit;
}

describe("a drawing", () => {
  it("is asked about when the pen is lifted", () => {
    const drawing = play(ready, LOWER, MOVE);
    expect(drawing.task).toBeNull();
    const drawn = reduce(drawing, { type: "penLifted" });
    expect(drawn.task?.paper).toBe(drawn.sketch.paper);
  });

  it("is drawn with the pen that was chosen", () => {
    const { sketch } = play(ready, { type: "penChosen", width: 0.1 }, ...STROKE);
    expect(sketch.paper.strokes[0]?.width).toBe(0.1);
  });

  it("is read while it grows, one call at a time", () => {
    const glanced = play(ready, LOWER, MOVE, { type: "glanced" });
    expect(glanced.task?.paper).toBe(glanced.sketch.paper);
    const further = play(glanced, MOVE, { type: "glanced" });
    expect(further.task).toBe(glanced.task);

    const told = answered(further, 1);
    expect(digitShown(told)).toBe(1);
    expect(isStale(told)).toBe(false);
    expect(told.task).toBeNull();
    const again = reduce(told, { type: "glanced" });
    expect(again.task?.paper).toBe(further.sketch.paper);
  });

  it("is not read again while the pen stands still", () => {
    const told = answered(play(ready, LOWER, MOVE, { type: "glanced" }), 1);
    expect(reduce(told, { type: "glanced" })).toBe(told);
    expect(reduce(told, { type: "penLifted" }).task).toBeNull();
  });

  it("is not glanced at while the pen is up or there is trouble", () => {
    expect(reduce(ready, { type: "glanced" })).toBe(ready);
    const troubled = play(failed(play(ready, ...STROKE)), LOWER);
    expect(reduce(troubled, { type: "glanced" })).toBe(troubled);
  });
});

describe("what changes while a call is under way", () => {
  it("is asked about next, and the outdated answer is not shown", () => {
    const first = play(ready, ...STROKE);
    const second = play(first, ...STROKE);
    expect(second.task).toBe(first.task);
    const next = answered(second, 1);
    expect(digitShown(next)).toBeUndefined();
    expect(next.task?.paper).toBe(second.sketch.paper);
    expect(digitShown(answered(next, 4))).toBe(4);
  });

  it("is asked about at once where the call takes long, before or after the change", () => {
    const first = slow(play(ready, ...STROKE));
    const after = play(first, ...STROKE);
    expect(after.task?.paper).toBe(after.sketch.paper);
    expect(after.slow).toBe(false);
    const before = slow(play(ready, ...STROKE, ...STROKE));
    expect(before.task?.paper).toBe(before.sketch.paper);
  });

  it("waits for an API that is still waking: another call would not be faster", () => {
    const waking = slow(initialState);
    const drawn = play(waking, ...STROKE);
    expect(drawn.task).toBe(waking.task);
    const woken = reduce(drawn, { type: "woken", taskId: 1, keepsInk: false });
    expect(woken.task?.paper).toBe(drawn.sketch.paper);
  });
});

describe("an answer", () => {
  it("that comes late, after a newer call, counts for nothing", () => {
    const first = slow(play(ready, ...STROKE));
    const taskId = first.lastTaskId;
    const second = play(first, ...STROKE);
    for (const late of [
      { type: "answered", taskId, reading: readingOf(1) },
      { type: "failed", taskId, trouble: OUTAGE },
      { type: "woken", taskId, keepsInk: true },
      { type: "taskSlow", taskId },
    ] as const) {
      expect(reduce(second, late)).toBe(second);
    }
  });

  it("stays, as stale, while the next one is awaited", () => {
    const settled = answered(play(ready, ...STROKE), 1);
    const reading = play(settled, ...STROKE);
    expect(digitShown(reading)).toBe(1);
    expect([isStale(settled), isStale(reading)]).toEqual([false, true]);
  });

  it("ends the slowness", () => {
    const late = slow(play(ready, ...STROKE));
    expect(late.slow).toBe(true);
    expect(answered(late, 7).slow).toBe(false);
  });

  it("is judged once; the next one can be judged anew", () => {
    const judged = reduce(answered(play(ready, ...STROKE), 7), { type: "judged" });
    expect(judged.judgement).toBe("sent");
    expect(answered(play(judged, ...STROKE), 4).judgement).toBe("none");
  });

  it("whose judgement was lost says why, unless it has been followed by another", () => {
    const judged = reduce(answered(play(ready, ...STROKE), 7), { type: "judged" });
    const lost = { type: "judgementLost", answerId: "m-7", trouble: OUTAGE } as const;
    expect(reduce(judged, lost).judgement).toBe(OUTAGE);
    const next = answered(play(judged, ...STROKE), 4);
    expect(reduce(next, lost)).toBe(next);
  });
});

describe("undo and redo", () => {
  it("read what is on the paper then", () => {
    const two = answered(play(ready, ...STROKE, ...STROKE), 1);
    const settled = answered(two, 4);
    const undone = reduce(settled, { type: "undone" });
    expect(undone.task?.paper).toBe(undone.sketch.paper);
    expect(undone.sketch.paper.strokes).toHaveLength(1);
    const redone = reduce(answered(undone, 1), { type: "redone" });
    expect(redone.task?.paper).toBe(settled.sketch.paper);
  });

  it("leave an empty page empty, and ask for nothing", () => {
    const none = reduce(answered(play(ready, ...STROKE), 1), { type: "undone" });
    expect(none).toMatchObject({ task: null, reading: null });
  });
});

describe("clear", () => {
  it("drops the call: its answer counts for nothing", () => {
    const reading = play(ready, ...STROKE);
    const cleared = reduce(reading, { type: "cleared" });
    expect(cleared).toMatchObject({ task: null, reading: null });
    expect(answered(cleared, 7)).toBe(cleared);
  });

  it("does not interrupt a call that wakes the API", () => {
    expect(reduce(initialState, { type: "cleared" }).task).toBe(initialState.task);
  });
});

describe("a picture or an example", () => {
  it("is asked about", () => {
    const withPicture = play(ready, ...STROKE, { type: "cleared" });
    const chosen = reduce(withPicture, { type: "pictureChosen", file: FILE });
    expect(chosen.task?.paper).toEqual({ strokes: [], picture: FILE });
    const strokes = [{ width: 0.05, points: [POINT] }];
    const example = reduce(ready, { type: "exampleChosen", strokes });
    expect(example.task?.paper).toEqual({ strokes, picture: null });
  });

  it("that is turned away leaves drawing and answer alone until the next change", () => {
    const drawn = answered(play(ready, ...STROKE), 7);
    const told = reduce(drawn, { type: "fileTurnedAway", sentence: "Too big" });
    expect(told).toEqual({ ...drawn, turnedAway: "Too big" });
    expect(play(told, ...STROKE).turnedAway).toBeNull();
    expect(reduce(told, { type: "cleared" }).turnedAway).toBeNull();
  });
});

describe("trouble", () => {
  it("takes away the answer that no longer holds", () => {
    const state = failed(play(answered(play(ready, ...STROKE), 1), ...STROKE));
    expect(state).toMatchObject({ reading: null, task: null, trouble: OUTAGE });
  });

  it("that passes is retried, at longer and longer intervals up to a limit", () => {
    let state = failed(play(ready, ...STROKE));
    const delays: (number | null)[] = [];
    for (let count = 0; count < 7; count += 1) {
      delays.push(retryDelay(state));
      state = failed(reduce(state, { type: "retried" }));
    }
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it("that does not pass is not retried", () => {
    expect(retryDelay(failed(play(ready, ...STROKE), REFUSAL))).toBeNull();
  });

  it("is shown until a retry succeeds, then forgotten", () => {
    const retrying = reduce(failed(play(ready, ...STROKE)), { type: "retried" });
    expect(retrying.trouble).toBe(OUTAGE);
    expect(retryDelay(retrying)).toBeNull();
    const recovered = answered(retrying, 7);
    expect(recovered).toMatchObject({ trouble: null, failures: 0 });
    expect(digitShown(recovered)).toBe(7);
  });

  it("on empty paper is retried by asking for the API's health", () => {
    const retrying = reduce(failed(initialState), { type: "retried" });
    expect(retrying.task).toEqual({ id: 2, paper: null });
    expect(reduce(retrying, { type: "woken", taskId: 2, keepsInk: true })).toMatchObject({
      awake: true,
      keepsInk: true,
      trouble: null,
    });
  });

  it("is gone from the page with the next stroke, even an undone and redone one", () => {
    const refused = failed(play(ready, ...STROKE), REFUSAL);
    expect(play(refused, ...STROKE).trouble).toBeNull();
    const again = play(refused, { type: "undone" }, { type: "redone" });
    expect(again.trouble).toBeNull();
    expect(again.task?.paper).toBe(refused.sketch.paper);
  });

  it("with an earlier drawing is no trouble with this one", () => {
    const next = failed(play(ready, ...STROKE, ...STROKE), REFUSAL);
    expect(next.trouble).toBeNull();
    expect(next.task?.paper).toBe(next.sketch.paper);
  });
});

describe("without a network", () => {
  it("nothing is retried until it is back, and then at once", () => {
    const out = reduce(failed(play(ready, ...STROKE)), {
      type: "networkChanged",
      online: false,
    });
    expect(retryDelay(out)).toBeNull();
    const back = reduce(out, { type: "networkChanged", online: true });
    expect(back.task?.paper).toBe(out.sketch.paper);
  });

  it("nothing is asked that was not in trouble", () => {
    const settled = answered(play(ready, ...STROKE), 7);
    const away = reduce(settled, { type: "networkChanged", online: false });
    expect(reduce(away, { type: "networkChanged", online: true })).toEqual(settled);
  });
});
