import { type Dispatch, useEffect, useReducer, useState } from "react";
import { ApiError, checkHealth, loadApiBase, predict, sendFeedback, type Trouble } from "./api";
import { renderInk } from "./ink";
import { forTravel } from "./picture";
import {
  initialState,
  type RecogniserAction,
  type RecogniserState,
  reduce,
  retryDelay,
  type Task,
} from "./recogniser";
import type { Paper } from "./sketch";

/** A task quicker than this needs no mention; a mention would only flicker. */
const SLOW_AFTER_MS = 600;

/** How often a growing stroke is read, if the answers come as fast. */
const GLANCE_EVERY_MS = 120;

const PAGE_AT_FAULT: Trouble = {
  sentence: "This page could not send the picture; try another",
  passing: false,
};

interface Recogniser {
  readonly state: RecogniserState;
  readonly dispatch: Dispatch<RecogniserAction>;
  /** Tells the API which digit was drawn, and gives it the drawing where that may be kept. */
  readonly judge: (digit: number, mayKeep: boolean) => void;
}

/** Wires the reducer to the API, the clock and the network. */
export function useRecogniser(): Recogniser {
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
        return { type: "failed", taskId, trouble: troubleOf(error) };
      })
      .then((outcome) => {
        if (!superseded.signal.aborted) dispatch(outcome);
      });

    return () => {
      clearTimeout(slow);
      superseded.abort();
    };
  }, [task, base]);

  const { penDown } = state.sketch;
  useEffect(() => {
    if (!penDown) return;
    const glance = setInterval(() => dispatch({ type: "glanced" }), GLANCE_EVERY_MS);
    return () => clearInterval(glance);
  }, [penDown]);

  const delay = retryDelay(state);
  useEffect(() => {
    if (delay === null) return;
    const retry = setTimeout(() => dispatch({ type: "retried" }), delay);
    return () => clearTimeout(retry);
  }, [delay]);

  useEffect(() => {
    const tell = () => dispatch({ type: "networkChanged", online: navigator.onLine });
    tell();
    addEventListener("online", tell);
    addEventListener("offline", tell);
    return () => {
      removeEventListener("online", tell);
      removeEventListener("offline", tell);
    };
  }, []);

  async function judge(digit: number, mayKeep: boolean) {
    if (state.reading === null) return;
    const { id, input } = state.reading.answer;
    dispatch({ type: "judged" });
    try {
      await sendFeedback(await base, { id, digit, ...(mayKeep && { ink: input ?? null }) });
    } catch (error) {
      dispatch({ type: "judgementLost", answerId: id, trouble: troubleOf(error) });
    }
  }

  return { state, dispatch, judge };
}

async function run(
  task: Task,
  base: Promise<string>,
  signal: AbortSignal,
): Promise<RecogniserAction> {
  if (task.paper === null) {
    const keepsInk = await checkHealth(await base, signal);
    return { type: "woken", taskId: task.id, keepsInk };
  }
  const reading = await predict(await base, await pictureOf(task.paper), signal);
  return { type: "answered", taskId: task.id, reading };
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof ApiError) return error.trouble;
  console.error(error);
  return PAGE_AT_FAULT;
}

function pictureOf(paper: Paper): Promise<Blob> {
  return paper.picture === null ? renderInk(paper.strokes) : forTravel(paper.picture);
}
