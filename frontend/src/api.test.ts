import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, checkHealth, loadApiBase, predict, sendFeedback } from "./api";

const SEVEN = {
  digit: 7,
  verdict: "digit",
  confidence: 0.991,
  probabilities: [0, 0.001, 0.002, 0.001, 0, 0, 0, 0.991, 0.001, 0.004],
  model: "cnn-3",
  id: "cnn-3-7-1",
};
const PICTURE = new Blob(["ink"], { type: "image/png" });

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

function answersWith(body: unknown, status = 200) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  fetchStub.mockImplementation(async () => new Response(text, { status }));
}

function ask(base = "") {
  return predict(base, PICTURE, new AbortController().signal);
}

async function troubleOf(promise: Promise<unknown>) {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error(`not an ApiError: ${error}`);
  return error.trouble;
}

describe("predict", () => {
  it("sends the picture itself and returns the answer", async () => {
    answersWith(SEVEN);

    expect((await ask("https://api.example")).answer).toEqual(SEVEN);

    const [url, init] = fetchStub.mock.calls[0] ?? [];
    expect(url).toBe("https://api.example/predict?explain=true");
    expect(init?.method).toBe("POST");
    expect(init?.body).toBe(PICTURE);
    expect(init?.headers).toEqual({ "Content-Type": "image/png" });
  });

  it.each([
    ["decode;dur=0.41, preprocess;dur=0.52, model;dur=0.27", 0.27],
    ["model;dur=3", 3],
    ["remodel;dur=3", null],
    ["model;desc=fast", null],
    [null, null],
  ])("finds the model's time in the header %o", async (header, milliseconds) => {
    const headers = header === null ? {} : { "Server-Timing": header };
    fetchStub.mockResolvedValue(new Response(JSON.stringify(SEVEN), { headers }));
    const reading = await ask();
    expect(reading.inModel).toBe(milliseconds);
    expect(reading.roundTrip).toBeGreaterThanOrEqual(0);
  });

  it.each([400, 413, 415, 422])("passes on the API's own sentence (%i)", async (status) => {
    answersWith({ detail: "The picture is too wide." }, status);

    expect(await troubleOf(ask())).toEqual({
      sentence: "The picture is too wide.",
      passing: false,
    });
  });

  it.each([429, 503])("expects a busy API to recover (%i)", async (status) => {
    answersWith({ detail: "Busy, please wait." }, status);

    expect(await troubleOf(ask())).toEqual({ sentence: "Busy, please wait.", passing: true });
  });

  it("takes a failure without a sentence for an unreachable API", async () => {
    answersWith("<h1>Bad gateway</h1>", 502);

    expect(await troubleOf(ask())).toEqual({
      sentence: "The recogniser cannot be reached",
      passing: true,
    });
  });

  it("says so when nothing answers", async () => {
    fetchStub.mockRejectedValue(new TypeError("Failed to fetch"));

    expect(await troubleOf(ask())).toEqual({
      sentence: "The recogniser cannot be reached",
      passing: true,
    });
  });

  it("gives up on an API that does not answer in time", async () => {
    vi.useFakeTimers();
    vi.spyOn(AbortSignal, "timeout").mockImplementation((milliseconds) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), milliseconds);
      return controller.signal;
    });
    fetchStub.mockImplementation(
      (_url, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
        }),
    );
    const settled = vi.fn();
    const trouble = troubleOf(ask()).finally(settled);

    await vi.advanceTimersByTimeAsync(14_999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);

    expect((await trouble).sentence).toBe("The recogniser took too long to answer");
  });

  it("stops the request when it is superseded", async () => {
    let sent: AbortSignal | null | undefined;
    fetchStub.mockImplementation(async (_url, init) => {
      sent = init?.signal;
      return new Response(JSON.stringify(SEVEN));
    });
    const superseded = new AbortController();
    await predict("", PICTURE, superseded.signal);

    expect(sent?.aborted).toBe(false);
    superseded.abort();
    expect(sent?.aborted).toBe(true);
  });

  it.each([
    ["no JSON", "<!doctype html>"],
    ["null", null],
    ["a digit that is none", { ...SEVEN, digit: 12 }],
    ["a verdict without its digit", { ...SEVEN, digit: null }],
    ["a digit without its verdict", { ...SEVEN, verdict: "blank" }],
    ["an unknown verdict", { ...SEVEN, digit: null, verdict: "perhaps" }],
    ["nine probabilities", { ...SEVEN, probabilities: SEVEN.probabilities.slice(1) }],
    ["words for numbers", { ...SEVEN, probabilities: Array(10).fill("0.1") }],
    ["a confidence above one", { ...SEVEN, confidence: 99.1 }],
    ["no model", { ...SEVEN, model: undefined }],
    ["no id", { ...SEVEN, id: undefined }],
    ["an input from elsewhere", { ...SEVEN, input: "https://elsewhere.example/7.png" }],
  ])("does not believe an answer with %s", async (_name, body) => {
    answersWith(body);

    expect((await troubleOf(ask())).sentence).toBe(
      "The recogniser gave an answer this page does not understand",
    );
  });

  it.each([
    { ...SEVEN, verdict: "unsure" },
    { ...SEVEN, digit: null, verdict: "not_a_digit" },
    { ...SEVEN, digit: null, verdict: "blank" },
    { ...SEVEN, input: "data:image/png;base64,AA==" },
    { ...SEVEN, digit: null, verdict: "blank", input: null },
    { ...SEVEN, confidence: 1.0000001 },
  ])("believes $verdict with digit $digit", async (body) => {
    answersWith(body);

    expect((await ask()).answer).toEqual(body);
  });
});

describe("sendFeedback", () => {
  it("sends which answer and what was drawn, and is content without a reply", async () => {
    fetchStub.mockResolvedValue(new Response(null, { status: 204 }));
    await sendFeedback("https://api.example", { id: SEVEN.id, digit: 1 });
    const [url, init] = fetchStub.mock.calls[0] ?? [];
    expect(url).toBe("https://api.example/feedback");
    expect(init?.method).toBe("POST");
    expect(init?.headers).toEqual({ "Content-Type": "application/json" });
    expect(init?.body).toBe('{"id":"cnn-3-7-1","digit":1}');
  });

  it.each([
    [410, false],
    [429, true],
    [503, true],
  ])(
    "passes on why it was not taken (%i), and whether that passes",
    async (status, passing) => {
      answersWith({ detail: "Not now." }, status);
      const trouble = await troubleOf(sendFeedback("", { id: SEVEN.id, digit: 1 }));
      expect(trouble).toEqual({ sentence: "Not now.", passing });
    },
  );

  it("fails where it did not get through", async () => {
    answersWith("<h1>Bad gateway</h1>", 502);
    const trouble = await troubleOf(sendFeedback("", { id: SEVEN.id, digit: 1 }));
    expect(trouble.passing).toBe(true);
  });
});

describe("checkHealth", () => {
  it.each([
    [true, true],
    [false, false],
    [undefined, false],
    ["yes", false],
  ])("takes keeps_ink: %o of a healthy API for %o", async (keeps_ink, keepsInk) => {
    answersWith({ status: "ok", model: "cnn-3", keeps_ink });

    expect(await checkHealth("", new AbortController().signal)).toBe(keepsInk);
    expect(fetchStub.mock.calls[0]?.[0]).toBe("/health");
  });

  it("is not fooled by a page that answers everything", async () => {
    answersWith("<!doctype html>");

    const trouble = await troubleOf(checkHealth("", new AbortController().signal));
    expect(trouble.passing).toBe(true);
  });
});

describe("loadApiBase", () => {
  it.each([
    ["the address of the file", '{"api": "https://api.example"}', "https://api.example"],
    [
      "it without its last slash",
      '{"api": "https://api.example/v1/"}',
      "https://api.example/v1",
    ],
    ["the same origin if it is empty", '{"api": ""}', ""],
    ["the same origin if it is missing", "{}", ""],
    ["the same origin if it is no text", '{"api": 8000}', ""],
    ["the same origin if the file is garbage", "<!doctype html>", ""],
    ["the same origin if the file is null", "null", ""],
  ])("is %s", async (_name, file, base) => {
    answersWith(file);

    expect(await loadApiBase()).toBe(base);
    expect(fetchStub.mock.calls[0]?.[0]).toBe("/config.json");
  });

  it("is the same origin if there is no file", async () => {
    answersWith({ api: "https://not-this.example" }, 404);

    expect(await loadApiBase()).toBe("");
  });

  it("is the same origin if the file cannot be fetched", async () => {
    fetchStub.mockRejectedValue(new TypeError("Failed to fetch"));

    expect(await loadApiBase()).toBe("");
  });
});
