/**
 * The state machine behind the page: what is on the paper, what is being asked
 * of the API, and what came back. Pure: useRecogniser does the asking.
 *
 * One thing is asked at a time. What changes meanwhile is asked about next, or
 * at once where the call before it takes long; only Clear and the like need no call.
 */

import type { Reading, Trouble } from "./api";
import { PEN_WIDTHS, type Point, type Stroke } from "./ink";
import {
  clear,
  emptySketch,
  isBlank,
  lay,
  liftPen,
  lowerPen,
  movePen,
  type Paper,
  redo,
  type Sketch,
  undo,
} from "./sketch";

/** The one thing being asked of the API. */
export interface Task {
  readonly id: number;
  /** What is to be read. Null asks only whether the API is up. */
  readonly paper: Paper | null;
}

export interface RecogniserState {
  readonly sketch: Sketch;
  /** Of the strokes to come, as a part of the paper's side. */
  readonly penWidth: number;
  readonly task: Task | null;
  /** Number of the newest task, so that no two share one. */
  readonly lastTaskId: number;
  /** The task has run long enough to be worth mentioning. */
  readonly slow: boolean;
  /** The API has answered at least once. */
  readonly awake: boolean;
  /** The API has said that it keeps drawings, of those who agree. */
  readonly keepsInk: boolean;
  /** The browser believes that it has a network. */
  readonly online: boolean;
  readonly reading: Reading | null;
  /** What the reading is about. */
  readonly read: Paper | null;
  readonly trouble: Trouble | null;
  /** Why a file was turned away before it reached the paper. */
  readonly turnedAway: string | null;
  /** Failed tasks since the last success; spaces the retries. */
  readonly failures: number;
  /** What became of what the reader said of this reading; a trouble where it was lost. */
  readonly judgement: "none" | "sent" | Trouble;
}

export type RecogniserAction =
  | { readonly type: "penLowered"; readonly point: Point }
  | { readonly type: "penMoved"; readonly point: Point }
  | { readonly type: "penLifted" }
  | { readonly type: "glanced" }
  | { readonly type: "penChosen"; readonly width: number }
  | { readonly type: "undone" }
  | { readonly type: "redone" }
  | { readonly type: "cleared" }
  | { readonly type: "exampleChosen"; readonly strokes: readonly Stroke[] }
  | { readonly type: "pictureChosen"; readonly file: File }
  | { readonly type: "fileTurnedAway"; readonly sentence: string }
  | { readonly type: "retried" }
  | { readonly type: "networkChanged"; readonly online: boolean }
  | { readonly type: "taskSlow"; readonly taskId: number }
  | { readonly type: "woken"; readonly taskId: number; readonly keepsInk: boolean }
  | { readonly type: "answered"; readonly taskId: number; readonly reading: Reading }
  | { readonly type: "failed"; readonly taskId: number; readonly trouble: Trouble }
  | { readonly type: "judged" }
  | { readonly type: "judgementLost"; readonly answerId: string; readonly trouble: Trouble };

export const initialState: RecogniserState = {
  sketch: emptySketch,
  penWidth: PEN_WIDTHS.usual,
  task: { id: 1, paper: null },
  lastTaskId: 1,
  slow: false,
  awake: false,
  keepsInk: false,
  online: true,
  reading: null,
  read: null,
  trouble: null,
  turnedAway: null,
  failures: 0,
  judgement: "none",
};

export function reduce(state: RecogniserState, action: RecogniserAction): RecogniserState {
  const { sketch } = state;
  switch (action.type) {
    case "penLowered":
      return { ...state, sketch: lowerPen(sketch, action.point, state.penWidth) };
    case "penMoved":
      return { ...state, sketch: movePen(sketch, action.point) };
    case "penLifted":
      return sketch.penDown ? drawn(state, liftPen(sketch)) : state;
    case "glanced":
      return sketch.penDown && state.task === null && state.trouble === null
        ? askAnew(state)
        : state;
    case "penChosen":
      return { ...state, penWidth: action.width };
    case "undone":
      return drawn(state, undo(sketch));
    case "redone":
      return drawn(state, redo(sketch));
    case "cleared":
      return drawn(state, clear(sketch));
    case "exampleChosen":
      return drawn(state, lay(sketch, { strokes: action.strokes }));
    case "pictureChosen":
      return drawn(state, lay(sketch, { picture: action.file }));
    case "fileTurnedAway":
      return { ...state, turnedAway: action.sentence };
    case "retried":
      return state.task === null ? ask(state, subjectOf(state)) : state;
    case "networkChanged": {
      const changed = { ...state, online: action.online };
      const worthATry = action.online && state.trouble?.passing === true && state.task === null;
      return worthATry ? ask(changed, subjectOf(state)) : changed;
    }
    case "taskSlow": {
      if (state.task?.id !== action.taskId) return state;
      const slow = { ...state, slow: true };
      return state.awake && isOutdated(state) ? askAnew(slow) : slow;
    }
    case "woken":
      return state.task?.id === action.taskId
        ? askAnew({ ...succeeded(state), keepsInk: action.keepsInk })
        : state;
    case "answered":
      return state.task?.id === action.taskId ? answered(state, action.reading) : state;
    case "failed":
      return state.task?.id === action.taskId ? failed(state, action.trouble) : state;
    case "judged":
      return { ...state, judgement: "sent" };
    case "judgementLost":
      return state.reading?.answer.id === action.answerId
        ? { ...state, judgement: action.trouble }
        : state;
  }
}

/** The reading belongs to an earlier drawing; a newer one is being read. */
export function isStale({ sketch, reading, read }: RecogniserState): boolean {
  return reading !== null && !sketch.penDown && read !== sketch.paper;
}

/** How long to wait before asking again by itself; null when that would not help. */
export function retryDelay(state: RecogniserState): number | null {
  if (state.task !== null || state.trouble?.passing !== true || !state.online) return null;
  return Math.min(1000 * 2 ** (state.failures - 1), 30_000);
}

/** The paper may have changed: then what was said about it no longer holds. */
function drawn(state: RecogniserState, sketch: Sketch): RecogniserState {
  const changed = { ...state, sketch };
  if (isBlank(sketch)) return emptied(changed);
  if (sketch.paper === state.read && state.trouble === null) return changed;
  const fresh = { ...changed, trouble: null, turnedAway: null };
  const mustWait = state.task !== null && !(state.slow && state.awake);
  return mustWait ? fresh : askAnew(fresh);
}

/** Nothing is asked for empty paper, but a call that wakes the API may go on. */
function emptied(state: RecogniserState): RecogniserState {
  const waking = state.task !== null && !state.awake;
  return {
    ...state,
    task: waking ? state.task : null,
    slow: waking && state.slow,
    reading: null,
    read: null,
    trouble: null,
    turnedAway: null,
  };
}

/** Ask about the paper, unless it is blank or that is being asked already. */
function askAnew(state: RecogniserState): RecogniserState {
  return isOutdated(state) ? ask(state, subjectOf(state)) : state;
}

/** Something lies on the paper that is neither read nor being read. */
function isOutdated({ sketch, task, read }: RecogniserState): boolean {
  return !isBlank(sketch) && sketch.paper !== task?.paper && sketch.paper !== read;
}

function subjectOf({ sketch }: RecogniserState): Paper | null {
  return isBlank(sketch) ? null : sketch.paper;
}

function ask(state: RecogniserState, paper: Paper | null): RecogniserState {
  const id = state.lastTaskId + 1;
  return { ...state, task: { id, paper }, lastTaskId: id, slow: false };
}

function succeeded(state: RecogniserState): RecogniserState {
  return { ...state, task: null, slow: false, awake: true, trouble: null, failures: 0 };
}

/** Half of a drawing is worth showing while it grows, but not once it is another one. */
function answered(state: RecogniserState, reading: Reading): RecogniserState {
  const after = succeeded(state);
  const paper = state.task?.paper ?? null;
  const holds = state.sketch.penDown || paper === state.sketch.paper;
  const shown = holds ? { ...after, reading, read: paper, judgement: "none" as const } : after;
  return state.sketch.penDown ? shown : askAnew(shown);
}

function failed(state: RecogniserState, trouble: Trouble): RecogniserState {
  const after = { ...state, task: null, slow: false, failures: state.failures + 1 };
  const paper = state.task?.paper ?? null;
  // A refusal of an earlier drawing says nothing of this one.
  if (!trouble.passing && paper !== state.sketch.paper) return askAnew(after);
  return { ...after, reading: null, read: null, trouble };
}
