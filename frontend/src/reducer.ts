/**
 * The application state as a pure reducer: the drawing, the request in flight and its result.
 * The hook useRecognizer sends the requests.
 *
 * At most one request is in flight. Changes made meanwhile are sent next; if the current request
 * is slow, it is aborted and replaced. A blank drawing needs no request.
 */

import type { ApiFailure, TimedPrediction } from "./api";
import {
  clear,
  type Drawing,
  emptySketch,
  endStroke,
  extendStroke,
  isBlank,
  redo,
  type Sketch,
  setDrawing,
  startStroke,
  undo,
} from "./history";
import { PEN_WIDTHS, type Point, type Stroke } from "./strokes";

/** The one request in flight. */
export interface Task {
  readonly id: number;
  /** The drawing to recognize; null for a health check. */
  readonly drawing: Drawing | null;
}

export interface RecognizerState {
  readonly sketch: Sketch;
  /** Width of new strokes, as a fraction of the sketchpad's side. */
  readonly penWidth: number;
  readonly task: Task | null;
  /** ID of the newest task; the next one is greater by 1. */
  readonly lastTaskId: number;
  /** The task has been running long enough to tell the user. */
  readonly slow: boolean;
  /** The API has responded at least once. */
  readonly ready: boolean;
  /** The API stores model inputs sent with feedback. */
  readonly storesInputs: boolean;
  /** The browser reports a network connection. */
  readonly online: boolean;
  readonly timedPrediction: TimedPrediction | null;
  /** The drawing that the prediction is for. */
  readonly predictedFor: Drawing | null;
  readonly failure: ApiFailure | null;
  /** Why the last chosen file was rejected before it became the drawing. */
  readonly rejection: string | null;
  /** Failed tasks since the last success; determines the delay before a retry. */
  readonly failureCount: number;
  /** Feedback on this prediction; an ApiFailure if it did not arrive. */
  readonly feedback: "none" | "sent" | ApiFailure;
}

export type RecognizerAction =
  | { readonly type: "strokeStarted"; readonly point: Point }
  | { readonly type: "strokeExtended"; readonly point: Point }
  | { readonly type: "strokeEnded" }
  | { readonly type: "previewDue" }
  | { readonly type: "penWidthChanged"; readonly width: number }
  | { readonly type: "undone" }
  | { readonly type: "redone" }
  | { readonly type: "cleared" }
  | { readonly type: "exampleChosen"; readonly strokes: readonly Stroke[] }
  | { readonly type: "imageChosen"; readonly file: File }
  | { readonly type: "fileRejected"; readonly reason: string }
  | { readonly type: "retried" }
  | { readonly type: "networkChanged"; readonly online: boolean }
  | { readonly type: "taskSlow"; readonly taskId: number }
  | { readonly type: "apiReady"; readonly taskId: number; readonly storesInputs: boolean }
  | {
      readonly type: "predicted";
      readonly taskId: number;
      readonly timedPrediction: TimedPrediction;
    }
  | { readonly type: "taskFailed"; readonly taskId: number; readonly failure: ApiFailure }
  | { readonly type: "feedbackSent" }
  | {
      readonly type: "feedbackFailed";
      readonly predictionId: string;
      readonly failure: ApiFailure;
    };

export const initialState: RecognizerState = {
  sketch: emptySketch,
  penWidth: PEN_WIDTHS.default,
  task: { id: 1, drawing: null },
  lastTaskId: 1,
  slow: false,
  ready: false,
  storesInputs: false,
  online: true,
  timedPrediction: null,
  predictedFor: null,
  failure: null,
  rejection: null,
  failureCount: 0,
  feedback: "none",
};

export function reduce(state: RecognizerState, action: RecognizerAction): RecognizerState {
  const { sketch } = state;
  switch (action.type) {
    case "strokeStarted":
      return { ...state, sketch: startStroke(sketch, action.point, state.penWidth) };
    case "strokeExtended":
      return { ...state, sketch: extendStroke(sketch, action.point) };
    case "strokeEnded":
      return sketch.penDown ? updateSketch(state, endStroke(sketch)) : state;
    case "previewDue":
      return sketch.penDown && state.task === null && state.failure === null
        ? startTaskIfOutdated(state)
        : state;
    case "penWidthChanged":
      return { ...state, penWidth: action.width };
    case "undone":
      return updateSketch(state, undo(sketch));
    case "redone":
      return updateSketch(state, redo(sketch));
    case "cleared":
      return updateSketch(state, clear(sketch));
    case "exampleChosen":
      return updateSketch(state, setDrawing(sketch, { strokes: action.strokes }));
    case "imageChosen":
      return updateSketch(state, setDrawing(sketch, { image: action.file }));
    case "fileRejected":
      return { ...state, rejection: action.reason };
    case "retried":
      return state.task === null ? startTask(state) : state;
    case "networkChanged": {
      const changed = { ...state, online: action.online };
      const retry = action.online && state.failure?.retryable === true && state.task === null;
      return retry ? startTask(changed) : changed;
    }
    case "taskSlow": {
      if (state.task?.id !== action.taskId) return state;
      const slow = { ...state, slow: true };
      return state.ready ? startTaskIfOutdated(slow) : slow;
    }
    case "apiReady":
      return state.task?.id === action.taskId
        ? startTaskIfOutdated({ ...completeTask(state), storesInputs: action.storesInputs })
        : state;
    case "predicted":
      return state.task?.id === action.taskId
        ? receivePrediction(state, action.timedPrediction)
        : state;
    case "taskFailed":
      return state.task?.id === action.taskId ? failTask(state, action.failure) : state;
    case "feedbackSent":
      return { ...state, feedback: "sent" };
    case "feedbackFailed":
      return state.timedPrediction?.prediction.id === action.predictionId
        ? { ...state, feedback: action.failure }
        : state;
  }
}

/** Returns whether the prediction is for an earlier drawing and a newer one is pending. */
export function isStale({ sketch, timedPrediction, predictedFor }: RecognizerState): boolean {
  return timedPrediction !== null && !sketch.penDown && predictedFor !== sketch.drawing;
}

/** Returns the milliseconds until the automatic retry; null if a retry would not help. */
export function retryDelay(state: RecognizerState): number | null {
  if (state.task !== null || state.failure?.retryable !== true || !state.online) return null;
  return Math.min(1000 * 2 ** (state.failureCount - 1), 30_000);
}

/** Replaces the sketch; if the drawing has changed, earlier failures no longer apply. */
function updateSketch(state: RecognizerState, sketch: Sketch): RecognizerState {
  const changed = { ...state, sketch };
  if (isBlank(sketch)) return resetPrediction(changed);
  if (sketch.drawing === state.predictedFor && state.failure === null) return changed;
  const withoutFailure = { ...changed, failure: null, rejection: null };
  const mustWait = state.task !== null && !(state.slow && state.ready);
  return mustWait ? withoutFailure : startTaskIfOutdated(withoutFailure);
}

/** Drops the prediction and the task, except a request that is starting the API. */
function resetPrediction(state: RecognizerState): RecognizerState {
  const starting = state.task !== null && !state.ready;
  return {
    ...state,
    task: starting ? state.task : null,
    slow: starting && state.slow,
    timedPrediction: null,
    predictedFor: null,
    failure: null,
    rejection: null,
  };
}

/** Starts a task unless the drawing is blank, predicted or in flight already. */
function startTaskIfOutdated(state: RecognizerState): RecognizerState {
  const { sketch, task, predictedFor } = state;
  const outdated =
    !isBlank(sketch) && sketch.drawing !== task?.drawing && sketch.drawing !== predictedFor;
  return outdated ? startTask(state) : state;
}

/** Starts a task for the drawing, or a health check if the drawing is blank. */
function startTask(state: RecognizerState): RecognizerState {
  const id = state.lastTaskId + 1;
  const drawing = isBlank(state.sketch) ? null : state.sketch.drawing;
  return { ...state, task: { id, drawing }, lastTaskId: id, slow: false };
}

function completeTask(state: RecognizerState): RecognizerState {
  return { ...state, task: null, slow: false, ready: true, failure: null, failureCount: 0 };
}

/**
 * Shows a prediction for the current drawing, or for an earlier part of the stroke being drawn.
 * A prediction for any other drawing is dropped.
 */
function receivePrediction(
  state: RecognizerState,
  timedPrediction: TimedPrediction,
): RecognizerState {
  const completed = completeTask(state);
  const { penDown, drawing } = state.sketch;
  const predictedFor = state.task?.drawing ?? null;
  const current = penDown || predictedFor === drawing;
  const next = current
    ? { ...completed, timedPrediction, predictedFor, feedback: "none" as const }
    : completed;
  return penDown ? next : startTaskIfOutdated(next);
}

function failTask(state: RecognizerState, failure: ApiFailure): RecognizerState {
  const failed = { ...state, task: null, slow: false, failureCount: state.failureCount + 1 };
  const drawing = state.task?.drawing ?? null;
  // The rejection of an earlier drawing does not apply to the current one.
  if (!failure.retryable && drawing !== state.sketch.drawing) {
    return startTaskIfOutdated(failed);
  }
  return { ...failed, timedPrediction: null, predictedFor: null, failure };
}
