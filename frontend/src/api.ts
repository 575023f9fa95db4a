/** All this page knows about the recogniser's API: addresses, shapes, errors. */

export type Verdict = "digit" | "unsure" | "not_a_digit" | "blank";

export interface Answer {
  readonly digit: number | null;
  readonly verdict: Verdict;
  readonly confidence: number;
  readonly probabilities: readonly number[];
  readonly model: string;
  /** The 28×28 picture the model was shown, as a data: URL. */
  readonly input?: string;
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

/** Resolves once the API is up; wakes one that sleeps. */
export async function checkHealth(base: string, signal: AbortSignal): Promise<void> {
  const body = await request(`${base}/health`, { signal });
  if (!isRecord(body) || body.status !== "ok") throw new ApiError(NOT_UNDERSTOOD);
}

export async function predict(
  base: string,
  picture: Blob,
  signal: AbortSignal,
): Promise<Answer> {
  const body = await request(`${base}/predict?explain=true`, {
    method: "POST",
    headers: { "Content-Type": picture.type },
    body: picture,
    signal,
  });
  if (!isAnswer(body)) throw new ApiError(NOT_UNDERSTOOD);
  return body;
}

/** The JSON body of a successful answer; every failure comes out as an ApiError. */
async function request(
  url: string,
  init: RequestInit & { signal: AbortSignal },
): Promise<unknown> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.any([init.signal, timeout]) });
    text = await response.text();
  } catch (error) {
    throw new ApiError(timeout.aborted ? TOO_SLOW : UNREACHABLE, error);
  }
  const body = parseJson(text);
  if (response.ok) return body;
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
  const { digit, verdict, confidence, probabilities, model, input } = body;
  const needsDigit = verdict === "digit" || verdict === "unsure";
  return (
    (needsDigit ? isDigit(digit) : digit === null) &&
    (needsDigit || verdict === "not_a_digit" || verdict === "blank") &&
    isShare(confidence) &&
    Array.isArray(probabilities) &&
    probabilities.length === 10 &&
    probabilities.every(isShare) &&
    typeof model === "string" &&
    (input === undefined || (typeof input === "string" && input.startsWith("data:image/")))
  );
}

function isDigit(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 9;
}

/** A part of one, with room for the rounding of a sum of floats. */
function isShare(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 1.001;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
