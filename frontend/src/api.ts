/** The recognizer's API, on the page's own origin, as seen from the browser. */

import type { components, paths } from "./openapi";

export type Prediction = components["schemas"]["PredictionResponse"];
export type Feedback = paths["/feedback"]["post"]["requestBody"]["content"]["application/json"];

/** A prediction and the time it took. */
export interface TimedPrediction {
  readonly prediction: Prediction;
  /** Milliseconds from sending the request to receiving the response. */
  readonly roundTripMs: number;
  /** Milliseconds of inference alone; null if the response does not include them. */
  readonly modelMs: number | null;
}

/** Why a request failed. */
export interface ApiFailure {
  /** One sentence for the user. */
  readonly message: string;
  /** True if the same request may succeed later. */
  readonly retryable: boolean;
}

export class ApiError extends Error {
  readonly failure: ApiFailure;

  constructor(failure: ApiFailure, cause?: unknown) {
    super(failure.message, { cause });
    this.name = "ApiError";
    this.failure = failure;
  }
}

const REQUEST_TIMEOUT_MS = 15_000;

const UNREACHABLE: ApiFailure = {
  message: "Can't reach the recognizer.",
  retryable: true,
};
const TIMED_OUT: ApiFailure = {
  message: "The recognizer took too long to answer.",
  retryable: true,
};
const INVALID_RESPONSE: ApiFailure = {
  message: "The recognizer's answer makes no sense.",
  retryable: true,
};

/**
 * Resolves once the API is up, to whether it stores model inputs. The request also triggers
 * the cold start of a serverless API.
 */
export async function checkHealth(signal?: AbortSignal): Promise<boolean> {
  const { body } = await request("/health", {}, signal);
  if (!isRecord(body) || body.status !== "ok") throw new ApiError(INVALID_RESPONSE);
  return body.stores_inputs === true;
}

export async function predict(image: Blob, signal: AbortSignal): Promise<TimedPrediction> {
  const sentAt = performance.now();
  const { body, headers } = await post("/predict?explain=true", image.type, image, signal);
  const roundTripMs = performance.now() - sentAt;
  // Earlier versions of the API, to which the function can be rolled back, return no numbers.
  const prediction = isRecord(body) && { numbers: [], ...body };
  if (!isPrediction(prediction)) throw new ApiError(INVALID_RESPONSE);
  return { prediction, roundTripMs, modelMs: modelTime(headers.get("Server-Timing")) };
}

/** Sends the label: the digit or number that the user drew, or null if it was none. */
export async function sendFeedback(feedback: Feedback): Promise<void> {
  await post("/feedback", "application/json", JSON.stringify(feedback));
}

/** Returns the milliseconds of the stage `model` in a Server-Timing header. */
function modelTime(header: string | null): number | null {
  const duration = header?.match(/(?:^|,)\s*model;dur=(\d+(?:\.\d+)?)/)?.[1];
  return duration === undefined ? null : Number(duration);
}

/**
 * Sends a request with a body. CloudFront needs its digest if the Lambda function accepts no other
 * caller; browsers compute digests on secure origins only.
 */
async function post(path: string, type: string, body: Blob | string, signal?: AbortSignal) {
  const headers: Record<string, string> = { "Content-Type": type };
  if (globalThis.crypto?.subtle !== undefined) {
    const bytes = await new Response(body).arrayBuffer();
    headers["x-amz-content-sha256"] = toHex(await crypto.subtle.digest("SHA-256", bytes));
  }
  return request(path, { method: "POST", headers, body }, signal);
}

function toHex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}

/** Returns the headers and JSON body of a successful response; throws ApiError. */
async function request(
  url: string,
  init: RequestInit,
  signal: AbortSignal | undefined,
): Promise<{ body: unknown; headers: Headers }> {
  // AbortSignal.any would be shorter, but browsers of 2023 lack it.
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timeout = setTimeout(abort, REQUEST_TIMEOUT_MS);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  let response: Response;
  let text: string;
  // Nothing but the network can fail in this block.
  try {
    response = await fetch(url, { ...init, signal: controller.signal });
    text = await response.text();
  } catch (error) {
    const timedOut = controller.signal.aborted && signal?.aborted !== true;
    throw new ApiError(timedOut ? TIMED_OUT : UNREACHABLE, error);
  } finally {
    clearTimeout(timeout);
    signal?.removeEventListener("abort", abort);
  }
  const body = parseJson(text);
  if (response.ok) return { body, headers: response.headers };
  if (isRecord(body) && typeof body.detail === "string") {
    const retryable = response.status === 429 || response.status >= 500;
    throw new ApiError({ message: body.detail, retryable });
  }
  // Every error of the API has a `detail`, so a proxy in front of it must have responded.
  throw new ApiError(UNREACHABLE);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isPrediction(body: unknown): body is Prediction {
  if (!isRecord(body)) return false;
  const { digit, verdict, confidence, probabilities, numbers, model, id } = body;
  if (!Array.isArray(numbers) || !numbers.every(isNumber)) return false;
  const several = digit === null && numbers.length > 0;
  return (
    (several
      ? (verdict === "number" || verdict === "unsure") &&
        probabilities === null &&
        isProbability(confidence)
      : isReading(body)) &&
    typeof model === "string" &&
    typeof id === "string"
  );
}

function isNumber(value: unknown): boolean {
  if (!isRecord(value) || typeof value.text !== "string") return false;
  const { digits } = value;
  return Array.isArray(digits) && digits.length > 0 && digits.every(isPlacedDigit);
}

function isPlacedDigit(value: unknown): boolean {
  if (!isRecord(value) || !Array.isArray(value.box)) return false;
  return value.box.length === 4 && value.box.every(Number.isFinite) && isReading(value);
}

/** Returns whether an object is about one digit, or about ink that is none. */
function isReading(body: Record<string, unknown>): boolean {
  const { digit, verdict, confidence, probabilities, input, evidence } = body;
  const needsDigit = verdict === "digit" || verdict === "unsure";
  return (
    (needsDigit ? isDigit(digit) : digit === null) &&
    (needsDigit || verdict === "not_a_digit" || verdict === "blank") &&
    isProbability(confidence) &&
    Array.isArray(probabilities) &&
    probabilities.length === 10 &&
    probabilities.every(isProbability) &&
    (input === undefined || input === null || isImageDataUrl(input)) &&
    (evidence === undefined ||
      evidence === null ||
      (Array.isArray(evidence) && evidence.every(isEvidence)))
  );
}

function isDigit(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 9;
}

function isEvidence(value: unknown): boolean {
  if (!isRecord(value) || !isDigit(value.digit) || !Array.isArray(value.grid)) return false;
  return value.grid.every((row) => Array.isArray(row) && row.every(Number.isFinite));
}

function isImageDataUrl(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("data:image/");
}

/** Allows slightly more than 1, because probabilities are rounded sums of floats. */
function isProbability(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 1.001;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
