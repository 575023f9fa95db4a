/** All this page knows about the recogniser's API: addresses, shapes, errors. */

import type { components, paths } from "./openapi";

export type Answer = components["schemas"]["Prediction"];
export type Feedback = paths["/feedback"]["post"]["requestBody"]["content"]["application/json"];

/** An answer, and how long it took. */
export interface Reading {
  readonly answer: Answer;
  /** Milliseconds from here to the API and back. */
  readonly roundTrip: number;
  /** Milliseconds in the model alone; null where the API does not tell. */
  readonly inModel: number | null;
}

/** What went wrong, in one sentence for the reader. A passing trouble is worth a retry. */
export interface Trouble {
  readonly sentence: string;
  readonly passing: boolean;
}

export class ApiError extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble, cause?: unknown) {
    super(trouble.sentence, { cause });
    this.name = "ApiError";
    this.trouble = trouble;
  }
}

const REQUEST_TIMEOUT_MS = 15_000;
const CONFIG_TIMEOUT_MS = 5_000;

const UNREACHABLE: Trouble = {
  sentence: "The recogniser cannot be reached",
  passing: true,
};
const TOO_SLOW: Trouble = {
  sentence: "The recogniser took too long to answer",
  passing: true,
};
const NOT_UNDERSTOOD: Trouble = {
  sentence: "The recogniser gave an answer this page does not understand",
  passing: true,
};

/** The API's base URL; the same origin unless /config.json names another. Never rejects. */
export async function loadApiBase(): Promise<string> {
  try {
    const response = await fetch("/config.json", {
      cache: "no-cache",
      signal: AbortSignal.timeout(CONFIG_TIMEOUT_MS),
    });
    const config: unknown = await response.json();
    if (response.ok && isRecord(config) && typeof config.api === "string") {
      return config.api.replace(/\/+$/, "");
    }
  } catch {
    // A missing or unreadable file means the same as an empty one.
  }
  return "";
}

/** Wakes an API that sleeps; resolves once it is up, to whether it keeps drawings. */
export async function checkHealth(base: string, signal: AbortSignal): Promise<boolean> {
  const { body } = await request(`${base}/health`, { signal });
  if (!isRecord(body) || body.status !== "ok") throw new ApiError(NOT_UNDERSTOOD);
  return body.keeps_ink === true;
}

export async function predict(
  base: string,
  picture: Blob,
  signal: AbortSignal,
): Promise<Reading> {
  const begun = performance.now();
  const { body, headers } = await request(`${base}/predict?explain=true`, {
    method: "POST",
    headers: { "Content-Type": picture.type },
    body: picture,
    signal,
  });
  const roundTrip = performance.now() - begun;
  if (!isAnswer(body)) throw new ApiError(NOT_UNDERSTOOD);
  return { answer: body, roundTrip, inModel: modelTime(headers.get("Server-Timing")) };
}

/** Tells which digit was drawn. */
export async function sendFeedback(base: string, feedback: Feedback): Promise<void> {
  await request(`${base}/feedback`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(feedback),
  });
}

/** Milliseconds of the stage `model` in a Server-Timing header. */
function modelTime(header: string | null): number | null {
  const found = header?.match(/(?:^|,)\s*model;dur=(\d+(?:\.\d+)?)/)?.[1];
  return found === undefined ? null : Number(found);
}

/** Headers and JSON body of a successful answer; every failure comes out as an ApiError. */
async function request(
  url: string,
  { signal, ...init }: RequestInit & { signal?: AbortSignal },
): Promise<{ body: unknown; headers: Headers }> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  let response: Response;
  let text: string;
  try {
    const signals = signal === undefined ? [timeout] : [signal, timeout];
    response = await fetch(url, { ...init, signal: AbortSignal.any(signals) });
    text = await response.text();
  } catch (error) {
    throw new ApiError(timeout.aborted ? TOO_SLOW : UNREACHABLE, error);
  }
  const body = parseJson(text);
  if (response.ok) return { body, headers: response.headers };
  if (isRecord(body) && typeof body.detail === "string") {
    const passing = response.status === 429 || response.status >= 500;
    throw new ApiError({ sentence: body.detail, passing });
  }
  // No sentence of the API's own: something in front of it answered.
  throw new ApiError(UNREACHABLE);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAnswer(body: unknown): body is Answer {
  if (!isRecord(body)) return false;
  const { digit, verdict, confidence, probabilities, model, id, input } = body;
  const needsDigit = verdict === "digit" || verdict === "unsure";
  return (
    (needsDigit ? isDigit(digit) : digit === null) &&
    (needsDigit || verdict === "not_a_digit" || verdict === "blank") &&
    isShare(confidence) &&
    Array.isArray(probabilities) &&
    probabilities.length === 10 &&
    probabilities.every(isShare) &&
    typeof model === "string" &&
    typeof id === "string" &&
    (input === undefined || input === null || isPicture(input))
  );
}

function isDigit(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 9;
}

function isPicture(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("data:image/");
}

/** A part of one, with room for the rounding of a sum of floats. */
function isShare(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 1.001;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
