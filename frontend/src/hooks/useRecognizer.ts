import { type Dispatch, useEffect, useReducer, useState } from "react";
import {
  ApiError,
  type ApiFailure,
  checkHealth,
  loadApiBase,
  predict,
  sendFeedback,
} from "../api";
import type { Drawing } from "../history";
import {
  initialState,
  type RecognizerAction,
  type RecognizerState,
  reduce,
  retryDelay,
  type Task,
} from "../reducer";
import { renderStrokes } from "../strokes";
import { compressForUpload } from "../upload";

/** A message about a faster task would only flicker. */
const SLOW_AFTER_MS = 600;

/** The interval of predictions while a stroke is being drawn, if responses are fast enough. */
const PREVIEW_INTERVAL_MS = 120;

const NOT_SENDABLE: ApiFailure = {
  message: "The image could not be sent; try another one",
  retryable: false,
};

interface Recognizer {
  readonly state: RecognizerState;
  readonly dispatch: Dispatch<RecognizerAction>;
  /** Sends the label, and with the user's consent the model input. */
  readonly submitFeedback: (label: number | null, storeInput: boolean) => void;
}

/** Connects the reducer to the API, timers and the network status. */
export function useRecognizer(): Recognizer {
  const [state, dispatch] = useReducer(reduce, initialState);
  const [base] = useState(loadApiBase);
  const { task } = state;

  useEffect(() => {
    if (task === null) return;
    const superseded = new AbortController();
    const taskId = task.id;
    const slow = setTimeout(() => dispatch({ type: "taskSlow", taskId }), SLOW_AFTER_MS);

    run(task, base, superseded.signal)
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
  }, [task, base]);

  const { penDown } = state.sketch;
  useEffect(() => {
    if (!penDown) return;
    const preview = setInterval(() => dispatch({ type: "previewDue" }), PREVIEW_INTERVAL_MS);
    return () => clearInterval(preview);
  }, [penDown]);

  const delay = retryDelay(state);
  useEffect(() => {
    if (delay === null) return;
    const retry = setTimeout(() => dispatch({ type: "retried" }), delay);
    return () => clearTimeout(retry);
  }, [delay]);

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

  async function submitFeedback(label: number | null, storeInput: boolean) {
    if (state.timedPrediction === null) return;
    const { id, input } = state.timedPrediction.prediction;
    dispatch({ type: "feedbackSent" });
    try {
      const feedback = { id, digit: label, ...(storeInput && { input: input ?? null }) };
      await sendFeedback(await base, feedback);
    } catch (error) {
      dispatch({ type: "feedbackFailed", predictionId: id, failure: toFailure(error) });
    }
  }

  return { state, dispatch, submitFeedback };
}

async function run(
  task: Task,
  base: Promise<string>,
  signal: AbortSignal,
): Promise<RecognizerAction> {
  if (task.drawing === null) {
    const storesInputs = await checkHealth(await base, signal);
    return { type: "apiReady", taskId: task.id, storesInputs };
  }
  const timedPrediction = await predict(await base, await toImage(task.drawing), signal);
  return { type: "predicted", taskId: task.id, timedPrediction };
}

function toFailure(error: unknown): ApiFailure {
  if (error instanceof ApiError) return error.failure;
  console.error(error);
  return NOT_SENDABLE;
}

function toImage({ strokes, image }: Drawing): Promise<Blob> {
  return image === null ? renderStrokes(strokes) : compressForUpload(image);
}
