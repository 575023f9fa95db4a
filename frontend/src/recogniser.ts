/**
 * The state machine behind the page: what is on the paper, what is being asked
 * of the API, and what came back. Pure: useRecogniser does the asking.
 */

import type { Answer, Trouble } from "./api";
import type { Point, Stroke } from "./ink";

/** What is to be read: the finished strokes or an uploaded picture. */
export type Subject =
  | { readonly kind: "ink"; readonly strokes: readonly Stroke[] }
  | { readonly kind: "picture"; readonly file: File };

/** The one thing being asked of the API; a new task replaces the one before it. */
export interface Task {
  readonly id: number;
  /** Null asks only whether the API is up. */
  readonly subject: Subject | null;
}

export interface RecogniserState {
  readonly strokes: readonly Stroke[];
  /** True while the pen is down: then the last stroke is unfinished. */
  readonly penDown: boolean;
  /** An uploaded picture lies on the paper instead of strokes. */
  readonly picture: File | null;
  readonly task: Task | null;
  /** Number of the newest task, so that no two share one. */
  readonly lastTaskId: number;
  /** The task has run long enough to be worth mentioning. */
  readonly slow: boolean;
  /** The API has answered at least once. */
  readonly awake: boolean;
  readonly answer: Answer | null;
  readonly trouble: Trouble | null;
  /** Why a file was turned away before it reached the paper. */
  readonly turnedAway: string | null;
  /** Failed tasks since the last success; spaces the retries. */
  readonly failures: number;
}

export type RecogniserAction =
  | { readonly type: "penLowered"; readonly point: Point }
  | { readonly type: "penMoved"; readonly point: Point }
  | { readonly type: "penLifted" }
  | { readonly type: "undone" }
  | { readonly type: "cleared" }
  | { readonly type: "pictureChosen"; readonly file: File }
  | { readonly type: "fileTurnedAway"; readonly sentence: string }
  | { readonly type: "retried" }
  | { readonly type: "taskSlow"; readonly taskId: number }
  | { readonly type: "woken"; readonly taskId: number }
  | { readonly type: "answered"; readonly taskId: number; readonly answer: Answer }
  | { readonly type: "failed"; readonly taskId: number; readonly trouble: Trouble };

export const initialState: RecogniserState = {
  strokes: [],
  penDown: false,
  picture: null,
  task: { id: 1, subject: null },
  lastTaskId: 1,
  slow: false,
  awake: false,
  answer: null,
  trouble: null,
  turnedAway: null,
  failures: 0,
};

export function reduce(state: RecogniserState, action: RecogniserAction): RecogniserState {
  switch (action.type) {
    case "penLowered": {
      const paper = state.picture === null ? state : emptied(state);
      return { ...paper, strokes: [...paper.strokes, [action.point]], penDown: true };
    }
    case "penMoved": {
      const current = state.strokes.at(-1);
      if (!state.penDown || current === undefined) return state;
      return {
        ...state,
        strokes: [...state.strokes.slice(0, -1), [...current, action.point]],
      };
    }
    case "penLifted":
      return state.penDown ? readAnew({ ...state, penDown: false }) : state;
    case "undone": {
      if (!canUndo(state)) return state;
      const strokes = state.strokes.slice(0, -1);
      return strokes.length === 0
        ? emptied(state)
        : readAnew({ ...state, strokes, penDown: false });
    }
    case "cleared":
      return emptied(state);
    case "pictureChosen":
      return readAnew({ ...emptied(state), picture: action.file });
    case "fileTurnedAway":
      return { ...state, turnedAway: action.sentence };
    case "retried":
      return ask(state, subjectOf(state));
    case "taskSlow":
      return isCurrent(state, action.taskId) ? { ...state, slow: true } : state;
    case "woken":
      return isCurrent(state, action.taskId) ? succeeded(state) : state;
    case "answered":
      return isCurrent(state, action.taskId)
        ? { ...succeeded(state), answer: action.answer }
        : state;
    case "failed":
      return isCurrent(state, action.taskId)
        ? {
            ...state,
            task: null,
            slow: false,
            answer: null,
            trouble: action.trouble,
            failures: state.failures + 1,
          }
        : state;
  }
}

export function canUndo(state: RecogniserState): boolean {
  return state.strokes.length > 0;
}

export function canClear(state: RecogniserState): boolean {
  return state.strokes.length > 0 || state.picture !== null;
}

/** The answer belongs to an earlier drawing; a newer one is being read. */
export function isStale(state: RecogniserState): boolean {
  return state.answer !== null && state.task !== null;
}

/** How long to wait before asking again by itself; null when that would not help. */
export function retryDelay(state: RecogniserState): number | null {
  if (state.task !== null || state.trouble === null || !state.trouble.passing) return null;
  return Math.min(1000 * 2 ** (state.failures - 1), 30_000);
}

/** Empty paper. Nothing is asked for it, but a call that wakes the API may go on. */
function emptied(state: RecogniserState): RecogniserState {
  const waking = state.task !== null && state.task.subject === null;
  return {
    ...state,
    strokes: [],
    penDown: false,
    picture: null,
    task: waking ? state.task : null,
    slow: waking && state.slow,
    answer: null,
    trouble: null,
    turnedAway: null,
  };
}

/** The paper has changed: what was said about it no longer holds. */
function readAnew(state: RecogniserState): RecogniserState {
  return ask({ ...state, trouble: null, turnedAway: null }, subjectOf(state));
}

function ask(state: RecogniserState, subject: Subject | null): RecogniserState {
  const id = state.lastTaskId + 1;
  return { ...state, task: { id, subject }, lastTaskId: id, slow: false };
}

function succeeded(state: RecogniserState): RecogniserState {
  return { ...state, task: null, slow: false, awake: true, trouble: null, failures: 0 };
}

function isCurrent(state: RecogniserState, taskId: number): boolean {
  return state.task?.id === taskId;
}

function subjectOf(state: RecogniserState): Subject | null {
  if (state.picture !== null) return { kind: "picture", file: state.picture };
  const strokes = state.penDown ? state.strokes.slice(0, -1) : state.strokes;
  return strokes.length === 0 ? null : { kind: "ink", strokes };
}
