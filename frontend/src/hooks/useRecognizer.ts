import { type Dispatch, useCallback, useEffect, useReducer, useRef } from "react";
import { ApiError, type ApiFailure, checkHealth, predict, sendFeedback } from "../api";
import { isPenDown } from "../history";
import { PAGE_ERROR } from "../messages";
import {
  initialState,
  type Label,
  type RecognizerAction,
  type RecognizerState,
  reduce,
  retryDelay,
  type Task,
} from "../reducer";
import { fromHash, isLink } from "../share";
import { toImage } from "../upload";
import { useCountdown } from "./useCountdown";

/** A message about a faster task would only flicker. */
const SLOW_AFTER_MS = 600;

/** The interval of predictions while a stroke is being drawn, if responses are fast enough. */
const PREVIEW_INTERVAL_MS = 120;

/** Long enough to read why a file was rejected, which has no other end. */
const REJECTION_SHOWN_MS = 10_000;

interface Recognizer {
  readonly state: RecognizerState;
  readonly dispatch: Dispatch<RecognizerAction>;
  /** Until a failed request is sent again; null if it will not be. */
  readonly secondsToRetry: number | null;
  /** Sends the label, and with the user's consent the model input. */
  readonly submitFeedback: (label: Label) => void;
}

/** Connects the reducer to the API, timers and the network status. */
export function useRecognizer(): Recognizer {
  const [state, dispatch] = useReducer(reduce, initialState, openLink);
  const { task } = state;

  useEffect(() => {
    if (task === null) return;
    const superseded = new AbortController();
    const taskId = task.id;
    const slow = setTimeout(() => dispatch({ type: "taskSlow", taskId }), SLOW_AFTER_MS);

    run(task, superseded.signal)
      .catch((error: unknown): RecognizerAction => {
        return { type: "taskFailed", taskId, failure: toFailure(error) };
      })
      .then((outcome) => {
        if (!superseded.signal.aborted) dispatch(outcome);
      });

    return () => {
      clearTimeout(slow);
      superseded.abort();
    };
  }, [task]);

  // The API has responded, but not to the first health check.
  const unchecked = state.ready && state.storesInputs === null;
  useEffect(() => {
    if (!unchecked) return;
    checkHealth().then(
      (storesInputs) => dispatch({ type: "healthChecked", storesInputs }),
      () => {},
    );
  }, [unchecked]);

  const penDown = isPenDown(state.sketch);
  useEffect(() => {
    if (!penDown) return;
    const preview = setInterval(() => dispatch({ type: "previewDue" }), PREVIEW_INTERVAL_MS);
    return () => clearInterval(preview);
  }, [penDown]);

  const secondsToRetry = useCountdown(retryDelay(state), () => dispatch({ type: "retried" }));

  useEffect(() => {
    function onHashChange() {
      const { hash } = location;
      if (isLink(hash)) dispatch({ type: "linkOpened", strokes: fromHash(hash) });
    }
    addEventListener("hashchange", onHashChange);
    return () => removeEventListener("hashchange", onHashChange);
  }, []);

  const { rejection } = state;
  useEffect(() => {
    if (rejection === null) return;
    const expiry = setTimeout(() => dispatch({ type: "rejectionExpired" }), REJECTION_SHOWN_MS);
    return () => clearTimeout(expiry);
  }, [rejection]);

  useEffect(() => {
    const update = () => dispatch({ type: "networkChanged", online: navigator.onLine });
    update();
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);

  const prediction = state.timedPrediction?.prediction;
  const { storeInput } = state.feedback;
  // The API keeps the last label that arrives, so one waits for the other.
  const lastSent = useRef(Promise.resolve());
  const submitFeedback = useCallback(
    (label: Label) => {
      if (prediction === undefined) return;
      const { id, input } = prediction;
      const what = typeof label === "string" ? { number: label } : { digit: label };
      dispatch({ type: "feedbackSent", label });
      lastSent.current = lastSent.current
        .then(() => sendFeedback({ id, ...what, ...(storeInput && { input: input ?? null }) }))
        .catch((error: unknown) => {
          const failure = toFailure(error);
          dispatch({ type: "feedbackFailed", predictionId: id, label, failure });
        });
    },
    [prediction, storeInput],
  );

  return { state, dispatch, secondsToRetry, submitFeedback };
}

/** Starts with the drawing in the page's address. */
function openLink(state: RecognizerState): RecognizerState {
  const hash = globalThis.location?.hash ?? "";
  return isLink(hash) ? reduce(state, { type: "linkOpened", strokes: fromHash(hash) }) : state;
}

async function run(task: Task, signal: AbortSignal): Promise<RecognizerAction> {
  if (task.drawing === null) {
    const storesInputs = await checkHealth(signal);
    return { type: "apiReady", taskId: task.id, storesInputs };
  }
  const { blob, size } = await toImage(task.drawing);
  const timedPrediction = await predict(blob, signal);
  return { type: "predicted", taskId: task.id, timedPrediction, imageSize: size };
}

function toFailure(error: unknown): ApiFailure {
  if (error instanceof ApiError) return error.failure;
  console.error(error);
  return { message: PAGE_ERROR, retryable: false };
}
