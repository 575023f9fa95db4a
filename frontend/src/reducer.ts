/**
 * The application state as a pure reducer: the drawing, the request in flight and its result.
 * The hook useRecognizer sends the requests.
 *
 * At most one request is in flight. Changes made meanwhile are sent next; if the current request
 * is slow, it is aborted and replaced. A blank drawing, or one of only a dot,
 * needs no request.
 */

import type { ApiFailure, TimedPrediction } from "./api";
import {
  cancelStroke,
  clear,
  type Drawing,
  emptySketch,
  endStroke,
  extendStroke,
  isPartOf,
  isPenDown,
  isReadable,
  redo,
  type Sketch,
  setDrawing,
  startStroke,
  undo,
} from "./history";
import { BROKEN_LINK } from "./messages";
import { MAX_LABEL_LENGTH, textOf } from "./numbers";
import type { Sample, StrokeAction } from "./pointers";
import { PEN_WIDTHS, type Stroke } from "./strokes";
import type { Size } from "./upload";

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
  /** A stylus has been used, so touches may be the palm of the hand that holds it. */
  readonly penSeen: boolean;
  /** Touches draw. The first use of a stylus turns it off. */
  readonly fingersDraw: boolean;
  readonly task: Task | null;
  /** ID of the newest task; the next one is greater by 1. */
  readonly lastTaskId: number;
  /** The task has been running long enough to tell the user. */
  readonly slow: boolean;
  /** The API has responded at least once. */
  readonly ready: boolean;
  /** The API stores model inputs sent with feedback; null until a health check has succeeded. */
  readonly storesInputs: boolean | null;
  /** The browser reports a network connection. */
  readonly online: boolean;
  readonly timedPrediction: TimedPrediction | null;
  /** The drawing that the prediction is for. */
  readonly predictedFor: Drawing | null;
  /** Pixels of the image that was sent for it; null if this browser cannot decode the image. */
  readonly imageSize: Size | null;
  /** Index of the digit that the user has chosen among several; null if none. */
  readonly chosenDigit: number | null;
  readonly failure: ApiFailure | null;
  /** Why the last file or link did not become the drawing; a new object each time. */
  readonly rejection: { readonly reason: string } | null;
  /** Failed tasks since the last success or change; determines the delay before a retry. */
  readonly failureCount: number;
  readonly feedback: FeedbackState;
}

/** What was really drawn: a digit, numbers with a space between them, or null for neither. */
export type Label = number | string | null;

/** What the user has said about this prediction. */
export interface FeedbackState {
  /** Whether the prediction is correct, which digit or number it was, or nothing more. */
  readonly asking: "correct" | "digit" | "number" | "nothing";
  /** The user consents to have the model input stored. */
  readonly storeInput: boolean;
  /** The label that was last sent. */
  readonly label: Label;
  /** Why the label did not arrive. */
  readonly failure: ApiFailure | null;
}

/** Consent is not given at first, because it covers one drawing only. */
const NO_FEEDBACK: FeedbackState = {
  asking: "correct",
  storeInput: false,
  label: null,
  failure: null,
};

export type RecognizerAction =
  | StrokeAction
  | { readonly type: "previewDue" }
  | { readonly type: "penWidthChanged"; readonly width: number }
  | { readonly type: "fingersDrawChanged"; readonly fingersDraw: boolean }
  | { readonly type: "undone" }
  | { readonly type: "redone" }
  | { readonly type: "cleared" }
  | { readonly type: "linkOpened"; readonly strokes: readonly Stroke[] | null }
  | { readonly type: "imageChosen"; readonly file: File }
  | { readonly type: "fileRejected"; readonly reason: string }
  | { readonly type: "rejectionExpired" }
  | { readonly type: "retried" }
  | { readonly type: "networkChanged"; readonly online: boolean }
  | { readonly type: "taskSlow"; readonly taskId: number }
  | { readonly type: "apiReady"; readonly taskId: number; readonly storesInputs: boolean }
  | { readonly type: "healthChecked"; readonly storesInputs: boolean }
  | {
      readonly type: "predicted";
      readonly taskId: number;
      readonly timedPrediction: TimedPrediction;
      readonly imageSize: Size | null;
    }
  | { readonly type: "taskFailed"; readonly taskId: number; readonly failure: ApiFailure }
  | { readonly type: "digitChosen"; readonly index: number }
  | { readonly type: "correctionStarted"; readonly asking: "digit" | "number" }
  | { readonly type: "consentChanged"; readonly storeInput: boolean }
  | { readonly type: "feedbackReopened" }
  | { readonly type: "feedbackSent"; readonly label: Label }
  | {
      readonly type: "feedbackFailed";
      readonly predictionId: string;
      readonly label: Label;
      readonly failure: ApiFailure;
    };

export const initialState: RecognizerState = {
  sketch: emptySketch,
  penWidth: PEN_WIDTHS.default,
  penSeen: false,
  fingersDraw: true,
  task: { id: 1, drawing: null },
  lastTaskId: 1,
  slow: false,
  ready: false,
  storesInputs: null,
  online: true,
  timedPrediction: null,
  predictedFor: null,
  imageSize: null,
  chosenDigit: null,
  failure: null,
  rejection: null,
  failureCount: 0,
  feedback: NO_FEEDBACK,
};

export function reduce(state: RecognizerState, action: RecognizerAction): RecognizerState {
  const { sketch } = state;
  switch (action.type) {
    case "strokeStarted":
      return {
        ...state,
        sketch: startStroke(sketch, action.sample, widthOf(action.sample, state)),
        ...(action.sample.pressure !== null &&
          !state.penSeen && { penSeen: true, fingersDraw: false }),
        // A refusal is of the drawing before this stroke, and must not stop its preview.
        failure: state.failure?.retryable ? state.failure : null,
        rejection: null,
      };
    case "strokeExtended":
      return { ...state, sketch: extendSketch(state, action.samples) };
    case "strokeEnded":
      return isPenDown(sketch) ? updateSketch(state, endStroke(sketch)) : state;
    case "strokeCanceled":
      return isPenDown(sketch) ? updateSketch(state, cancelStroke(sketch)) : state;
    case "previewDue":
      // An unfinished stroke leaves an image in place until it is more than a dot.
      return isPenDown(sketch) &&
        sketch.drawing.image === null &&
        state.task === null &&
        state.failure === null
        ? startTaskIfOutdated(state)
        : state;
    case "penWidthChanged":
      return { ...state, penWidth: action.width };
    case "fingersDrawChanged":
      return { ...state, fingersDraw: action.fingersDraw };
    case "undone":
      return updateSketch(state, undo(sketch));
    case "redone":
      return updateSketch(state, redo(sketch));
    case "cleared":
      return updateSketch(state, clear(sketch));
    case "linkOpened":
      return action.strokes === null
        ? { ...state, rejection: { reason: BROKEN_LINK } }
        : updateSketch(state, setDrawing(sketch, { strokes: action.strokes }));
    case "imageChosen":
      return updateSketch(state, setDrawing(sketch, { image: action.file }));
    case "fileRejected":
      return { ...state, rejection: { reason: action.reason } };
    case "rejectionExpired":
      return { ...state, rejection: null };
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
    case "healthChecked":
      return { ...state, storesInputs: action.storesInputs };
    case "predicted":
      return state.task?.id === action.taskId
        ? receivePrediction(state, action.timedPrediction, action.imageSize)
        : state;
    case "taskFailed":
      return state.task?.id === action.taskId ? failTask(state, action.failure) : state;
    case "digitChosen":
      return { ...state, chosenDigit: action.index };
    case "correctionStarted":
      return { ...state, feedback: { ...state.feedback, asking: action.asking } };
    case "consentChanged":
      return { ...state, feedback: { ...state.feedback, storeInput: action.storeInput } };
    case "feedbackReopened":
      return { ...state, feedback: { ...state.feedback, asking: "correct" } };
    case "feedbackSent": {
      const sent = { asking: "nothing", label: action.label, failure: null } as const;
      return { ...state, feedback: { ...state.feedback, ...sent } };
    }
    case "feedbackFailed":
      // A label that another has replaced need not arrive.
      return state.timedPrediction?.prediction.id === action.predictionId &&
        state.feedback.label === action.label
        ? { ...state, feedback: { ...state.feedback, failure: action.failure } }
        : state;
  }
}

/**
 * Returns whether the page can ask about the prediction: it is settled, not too long, and the page
 * says nothing else.
 */
export function takesFeedback(state: RecognizerState): boolean {
  const prediction = state.timedPrediction?.prediction;
  if (prediction === undefined || prediction.verdict === "blank") return false;
  if (state.rejection !== null) return false;
  return isSettled(state) && textOf(prediction).length <= MAX_LABEL_LENGTH;
}

/** Returns whether the pen is up, and the prediction, if there is one, is for this drawing. */
export function isSettled(state: RecognizerState): boolean {
  return !isPenDown(state.sketch) && !isStale(state);
}

/** Returns whether the prediction is for an earlier drawing and a newer one is pending. */
export function isStale({ sketch, timedPrediction, predictedFor }: RecognizerState): boolean {
  return timedPrediction !== null && !isPenDown(sketch) && predictedFor !== sketch.drawing;
}

/** Returns the milliseconds until the automatic retry; null if a retry would not help. */
export function retryDelay(state: RecognizerState): number | null {
  if (state.task !== null || state.failure?.retryable !== true || !state.online) return null;
  return Math.min(1000 * 2 ** (state.failureCount - 1), 30_000);
}

function extendSketch(state: RecognizerState, samples: readonly Sample[]): Sketch {
  return samples.reduce(
    (sketch, sample) => extendStroke(sketch, sample, widthOf(sample, state)),
    state.sketch,
  );
}

/**
 * Returns the width of a stroke at a sample. A pen's pressure changes it by up to half; its steps
 * of an eighth are not visible, and keep parts of one width long.
 */
function widthOf({ pressure }: Sample, { penWidth }: RecognizerState): number {
  return pressure === null ? penWidth : (penWidth * Math.round((0.5 + pressure) * 8)) / 8;
}

/** Replaces the sketch; if the drawing has changed, earlier failures no longer apply. */
function updateSketch(state: RecognizerState, sketch: Sketch): RecognizerState {
  const changed = { ...state, sketch };
  if (!isReadable(sketch.drawing)) return resetPrediction(changed);
  if (sketch.drawing === state.predictedFor && state.failure === null) return changed;
  const withoutFailure = { ...changed, failure: null, failureCount: 0, rejection: null };
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

/** Starts a task unless the drawing is not readable, predicted or in flight already. */
function startTaskIfOutdated(state: RecognizerState): RecognizerState {
  const { sketch, task, predictedFor } = state;
  const outdated =
    isReadable(sketch.drawing) &&
    sketch.drawing !== task?.drawing &&
    sketch.drawing !== predictedFor;
  return outdated ? startTask(state) : state;
}

/** Starts a task for the drawing, or a health check if it is not readable. */
function startTask(state: RecognizerState): RecognizerState {
  const id = state.lastTaskId + 1;
  const drawing = isReadable(state.sketch.drawing) ? state.sketch.drawing : null;
  return { ...state, task: { id, drawing }, lastTaskId: id, slow: false };
}

function completeTask(state: RecognizerState): RecognizerState {
  return { ...state, task: null, slow: false, ready: true, failure: null, failureCount: 0 };
}

/**
 * Shows a prediction for the current drawing or, while a stroke is being drawn, for a part of it.
 * A prediction for any other drawing is dropped.
 */
function receivePrediction(
  state: RecognizerState,
  timedPrediction: TimedPrediction,
  imageSize: Size | null,
): RecognizerState {
  const completed = completeTask(state);
  const { drawing } = state.sketch;
  const penDown = isPenDown(state.sketch);
  const predictedFor = state.task?.drawing ?? null;
  const current =
    predictedFor === drawing ||
    (penDown && predictedFor !== null && isPartOf(predictedFor, drawing));
  const shown = { timedPrediction, imageSize, chosenDigit: null };
  const next = current
    ? { ...completed, ...shown, predictedFor, feedback: NO_FEEDBACK }
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
