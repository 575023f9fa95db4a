import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, checkHealth, predict, sendFeedback } from "./api";
import { digitsOf } from "./numbers";
import { numbersOf } from "./numbers.fixture";

const SEVEN = {
  digit: 7,
  verdict: "digit",
  confidence: 0.991,
  probabilities: [0, 0.001, 0.002, 0.001, 0, 0, 0, 0.991, 0.001, 0.004],
  model: "cnn-3",
  id: "cnn-3-7-1",
  numbers: numbersOf("7").numbers,
};
const NUMBERS = numbersOf("42?", "7");
const IMAGE = new Blob(["image"], { type: "image/png" });

const fetchStub = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.stubGlobal("fetch", fetchStub);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  fetchStub.mockReset();
});

function respondWith(body: unknown, status = 200) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  fetchStub.mockImplementation(async () => new Response(text, { status }));
}

/** Lets requests end by their signal alone; resolves to that of the first. */
function neverRespond(): Promise<AbortSignal> {
  return new Promise((resolve) => {
    fetchStub.mockImplementation(
      (_url, init) =>
        new Promise((_resolve, reject) => {
          const signal = init?.signal;
          if (!signal) throw new Error("The request has no signal.");
          signal.addEventListener("abort", () => reject(signal.reason));
          resolve(signal);
        }),
    );
  });
}

/** Returns a prediction of numbers in which a part of one digit is another. */
function withDigit(part: object) {
  const [first] = digitsOf(NUMBERS);
  return { ...NUMBERS, numbers: [{ text: "4", digits: [{ ...first, ...part }] }] };
}

function predictImage() {
  return predict(IMAGE, new AbortController().signal);
}

async function failureOf(promise: Promise<unknown>) {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error(`not an ApiError: ${error}`);
  return error.failure;
}

describe("predict", () => {
  it("sends the image as the body and returns the prediction", async () => {
    respondWith(SEVEN);

    expect((await predictImage()).prediction).toEqual(SEVEN);

    const [url, init] = fetchStub.mock.calls[0] ?? [];
    expect(url).toBe("/predict?explain=true");
    expect(init?.method).toBe("POST");
    expect(init?.body).toBe(IMAGE);
    expect(init?.headers).toEqual({
      "Content-Type": "image/png",
      // printf image | sha256sum
      "x-amz-content-sha256":
        "6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d",
    });
  });

  it("sends no digest where the browser computes none", async () => {
    vi.stubGlobal("crypto", {});
    respondWith(SEVEN);

    expect((await predictImage()).prediction).toEqual(SEVEN);

    expect(fetchStub.mock.calls[0]?.[1]?.headers).toEqual({ "Content-Type": "image/png" });
  });

  it.each([
    ["decode;dur=0.41, preprocess;dur=0.52, model;dur=0.27", 0.27],
    ["model;dur=3", 3],
    ["remodel;dur=3", null],
    ["model;desc=fast", null],
    [null, null],
  ])("parses the model's time in the header %o", async (header, milliseconds) => {
    const headers = header === null ? {} : { "Server-Timing": header };
    fetchStub.mockResolvedValue(new Response(JSON.stringify(SEVEN), { headers }));
    const { modelMs, roundTripMs } = await predictImage();
    expect(modelMs).toBe(milliseconds);
    expect(roundTripMs).toBeGreaterThanOrEqual(0);
  });

  it.each([400, 413, 415, 422])("returns the API's message for status %i", async (status) => {
    respondWith({ detail: "The image is too large.", code: "too_many_bytes" }, status);

    expect(await failureOf(predictImage())).toEqual({
      message: "The image is too large.",
      retryable: false,
    });
  });

  it.each([429, 503])("is retryable after status %i", async (status) => {
    respondWith({ detail: "Busy; try again later.", code: "rate_limited" }, status);

    expect(await failureOf(predictImage())).toEqual({
      message: "Busy; try again later.",
      retryable: true,
    });
  });

  it("treats an error without detail as an unreachable API", async () => {
    respondWith("<h1>Bad gateway</h1>", 502);

    expect(await failureOf(predictImage())).toEqual({
      message: "Can't reach the recognizer.",
      retryable: true,
    });
  });

  it("reports a network error as an unreachable API", async () => {
    fetchStub.mockRejectedValue(new TypeError("Failed to fetch"));

    expect(await failureOf(predictImage())).toEqual({
      message: "Can't reach the recognizer.",
      retryable: true,
    });
  });

  it("times out after 15 s", async () => {
    vi.useFakeTimers();
    const sent = neverRespond();
    const settled = vi.fn();
    const failure = failureOf(predictImage()).finally(settled);
    await sent;

    await vi.advanceTimersByTimeAsync(14_999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);

    expect((await failure).message).toBe("The recognizer took too long to answer.");
  });

  it("aborts a superseded request", async () => {
    const sent = neverRespond();
    const superseded = new AbortController();
    const failure = failureOf(predict(IMAGE, superseded.signal));
    const signal = await sent;
    expect(signal.aborted).toBe(false);
    superseded.abort();
    expect(signal.aborted).toBe(true);
    expect((await failure).message).not.toContain("too long");
  });

  it.each([
    ["HTML instead of JSON", "<!doctype html>"],
    ["null", null],
    ["a digit above 9", { ...SEVEN, digit: 12 }],
    ["the verdict “digit” without a digit", { ...SEVEN, digit: null }],
    ["a digit with the verdict “blank”", { ...SEVEN, verdict: "blank" }],
    ["an unknown verdict", { ...SEVEN, digit: null, verdict: "perhaps" }],
    ["nine probabilities", { ...SEVEN, probabilities: SEVEN.probabilities.slice(1) }],
    ["probabilities as strings", { ...SEVEN, probabilities: Array(10).fill("0.1") }],
    ["a confidence above 1", { ...SEVEN, confidence: 99.1 }],
    ["no model", { ...SEVEN, model: undefined }],
    ["no id", { ...SEVEN, id: undefined }],
    ["the verdict “number” without numbers", { ...NUMBERS, numbers: [] }],
    ["a number and a digit", { ...NUMBERS, digit: 4 }],
    ["probabilities of several digits", { ...NUMBERS, probabilities: SEVEN.probabilities }],
    ["a number without digits", { ...NUMBERS, numbers: [{ text: "42", digits: [] }] }],
    ["a number without text", { ...NUMBERS, numbers: [{ digits: digitsOf(NUMBERS) }] }],
    ["a digit in a box of three sides", withDigit({ box: [1, 2, 3] })],
    ["a digit in a box without numbers", withDigit({ box: ["1", "2", "3", "4"] })],
    ["a digit of no verdict", withDigit({ verdict: undefined })],
    ["an input from another host", { ...SEVEN, input: "https://elsewhere.example/7.png" }],
  ])("rejects a response with %s", async (_name, body) => {
    respondWith(body);

    expect((await failureOf(predictImage())).message).toBe(
      "The recognizer's answer makes no sense.",
    );
  });

  it.each([
    { ...SEVEN, verdict: "unsure" },
    NUMBERS,
    numbersOf("42"),
    { ...SEVEN, digit: null, verdict: "not_a_digit", numbers: [] },
    { ...SEVEN, digit: null, verdict: "blank", numbers: [] },
    { ...SEVEN, input: "data:image/png;base64,AA==" },
    { ...SEVEN, digit: null, verdict: "blank", numbers: [], input: null },
    { ...SEVEN, confidence: 1.0000001 },
  ])("accepts the verdict $verdict with digit $digit", async (body) => {
    respondWith(body);

    expect((await predictImage()).prediction).toEqual(body);
  });
});

it("takes the response of an API that returns no numbers", async () => {
  const { numbers: _, ...body } = SEVEN;
  respondWith(body);
  expect((await predictImage()).prediction).toEqual({ ...body, numbers: [] });
});

describe("sendFeedback", () => {
  it("sends the prediction's id and the label, and accepts an empty response", async () => {
    fetchStub.mockResolvedValue(new Response(null, { status: 204 }));
    await sendFeedback({ id: SEVEN.id, digit: 1 });
    const [url, init] = fetchStub.mock.calls[0] ?? [];
    expect(url).toBe("/feedback");
    expect(init?.method).toBe("POST");
    expect(init?.headers).toMatchObject({ "Content-Type": "application/json" });
    expect(init?.body).toBe('{"id":"cnn-3-7-1","digit":1}');
  });

  it("sends null if it was not a digit", async () => {
    fetchStub.mockResolvedValue(new Response(null, { status: 204 }));
    await sendFeedback({ id: SEVEN.id, digit: null });
    expect(fetchStub.mock.calls[0]?.[1]?.body).toBe('{"id":"cnn-3-7-1","digit":null}');
  });

  it.each([
    [410, false],
    [429, true],
    [503, true],
  ])("returns the API's message for status %i, retryable: %o", async (status, retryable) => {
    respondWith({ detail: "Not now.", code: "rate_limited" }, status);
    const failure = await failureOf(sendFeedback({ id: SEVEN.id, digit: 1 }));
    expect(failure).toEqual({ message: "Not now.", retryable });
  });

  it("is retryable if the API cannot be reached", async () => {
    respondWith("<h1>Bad gateway</h1>", 502);
    const failure = await failureOf(sendFeedback({ id: SEVEN.id, digit: 1 }));
    expect(failure.retryable).toBe(true);
  });
});

describe("checkHealth", () => {
  it.each([
    [true, true],
    [false, false],
    [undefined, false],
    ["yes", false],
  ])("interprets stores_inputs: %o as %o", async (stores_inputs, storesInputs) => {
    respondWith({ status: "ok", model: "cnn-3", stores_inputs });

    expect(await checkHealth(new AbortController().signal)).toBe(storesInputs);
    expect(fetchStub.mock.calls[0]?.[0]).toBe("/health");
  });

  it("rejects the response of a static host that serves index.html for every path", async () => {
    respondWith("<!doctype html>");

    const failure = await failureOf(checkHealth(new AbortController().signal));
    expect(failure.retryable).toBe(true);
  });
});
