import { type Dispatch, useEffect, useReducer, useState } from "react";
import { ApiError, checkHealth, loadApiBase, predict, type Trouble } from "./api";
import { renderInk } from "./ink";
import {
  initialState,
  type RecogniserAction,
  type RecogniserState,
  reduce,
  retryDelay,
  type Subject,
  type Task,
} from "./recogniser";

/** A task quicker than this needs no mention; a mention would only flicker. */
const SLOW_AFTER_MS = 600;

const PAGE_AT_FAULT: Trouble = {
  sentence: "This page could not send the picture; try another",
  passing: false,
};

/** Wires the reducer to the API: runs its task, and retries when it asks for that. */
export function useRecogniser(): [RecogniserState, Dispatch<RecogniserAction>] {
  const [state, dispatch] = useReducer(reduce, initialState);
  const [base] = useState(loadApiBase);
  const { task } = state;

  useEffect(() => {
    if (task === null) return;
    const superseded = new AbortController();
    const taskId = task.id;
    const slow = setTimeout(() => dispatch({ type: "taskSlow", taskId }), SLOW_AFTER_MS);

    run(task, base, superseded.signal)
      .catch((error: unknown): RecogniserAction => {
        if (error instanceof ApiError)
          return { type: "failed", taskId, trouble: error.trouble };
        console.error(error);
        return { type: "failed", taskId, trouble: PAGE_AT_FAULT };
      })
      .then((outcome) => {
        if (!superseded.signal.aborted) dispatch(outcome);
      });

    return () => {
      clearTimeout(slow);
      superseded.abort();
    };
  }, [task, base]);

  const delay = retryDelay(state);
  useEffect(() => {
    if (delay === null) return;
    const retry = setTimeout(() => dispatch({ type: "retried" }), delay);
    return () => clearTimeout(retry);
  }, [delay]);

  return [state, dispatch];
}

async function run(
  task: Task,
  base: Promise<string>,
  signal: AbortSignal,
): Promise<RecogniserAction> {
  if (task.subject === null) {
    await checkHealth(await base, signal);
    return { type: "woken", taskId: task.id };
  }
  const answer = await predict(await base, await pictureOf(task.subject), signal);
  return { type: "answered", taskId: task.id, answer };
}

async function pictureOf(subject: Subject): Promise<Blob> {
  return subject.kind === "picture" ? subject.file : renderInk(subject.strokes);
}
