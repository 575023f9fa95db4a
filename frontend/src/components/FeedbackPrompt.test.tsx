// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useReducer } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type FeedbackState, initialState, type Label, reduce } from "../reducer";
import { FeedbackPrompt } from "./FeedbackPrompt";

const LOST = { message: "Can't reach the recognizer.", retryable: true };

afterEach(cleanup);

function renderPrompt(feedback: Partial<FeedbackState>, predicted: Label = 4, unsure = false) {
  const onSubmit = vi.fn<(label: Label) => void>();

  function Prompt() {
    const start = { ...initialState, feedback: { ...initialState.feedback, ...feedback } };
    const [state, dispatch] = useReducer(reduce, start);
    return (
      <FeedbackPrompt
        open
        predicted={predicted}
        unsure={unsure}
        storesInputs
        feedback={state.feedback}
        onSubmit={(label) => {
          onSubmit(label);
          dispatch({ type: "feedbackSent", label });
        }}
        dispatch={dispatch}
      />
    );
  }

  render(<Prompt />);
  return onSubmit;
}

it("sends that it was no digit", () => {
  const onSubmit = renderPrompt({});
  fireEvent.click(screen.getByRole("button", { name: "No digit" }));
  expect(onSubmit.mock.calls).toEqual([[null]]);
});

it("confirms a rejection", () => {
  const onSubmit = renderPrompt({}, null);
  expect(screen.queryByRole("button", { name: "No digit" })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Yes" }));
  expect(onSubmit.mock.calls).toEqual([[null]]);
});

it.each([
  [4, false, "Is that correct?"],
  [4, true, "Is it a 4?"],
  ["42", true, "Is that correct?"],
])("asks about %o, unsure: %o", (predicted, unsure, question) => {
  renderPrompt({}, predicted, unsure);
  expect(screen.getByRole("group", { name: question })).toBeTruthy();
});

it.each([9, "42 7", null])("sends the lost label %o again as it was", (label) => {
  const onSubmit = renderPrompt({ asking: "nothing", label, storeInput: true, failure: LOST });
  expect(screen.getByRole("status").textContent).toBe(LOST.message);
  fireEvent.click(screen.getByRole("button", { name: "Send again" }));
  expect(onSubmit.mock.calls).toEqual([[label]]);
  expect(screen.getByRole("status").textContent).toBe("Thank you");
});

it("confirms a number", () => {
  const onSubmit = renderPrompt({}, "2026");
  fireEvent.click(screen.getByRole("button", { name: "Yes" }));
  expect(onSubmit.mock.calls).toEqual([["2026"]]);
});

describe("the field for a number", () => {
  function typeInto(text: string) {
    const onSubmit = renderPrompt({}, "2026");
    fireEvent.click(screen.getByRole("button", { name: "It was …" }));
    const field = screen.getByRole<HTMLInputElement>("textbox");
    expect(document.activeElement).toBe(field);
    expect(field.value).toBe("2026");
    fireEvent.change(field, { target: { value: text } });
    if (field.form?.checkValidity()) fireEvent.submit(field.form);
    return onSubmit.mock.calls;
  }

  it.each([
    ["2020", "2020"],
    [" 42  7 ", "42 7"],
    ["7", 7],
  ])("sends %j as %j", (text, label) => {
    expect(typeInto(text)).toEqual([[label]]);
  });

  it.each(["", " ", "20a6", "4.2"])("does not send %j", (text) => {
    expect(typeInto(text)).toEqual([]);
  });
});

it.each([4, null])("corrects %o to a number", (predicted) => {
  const onSubmit = renderPrompt({}, predicted);
  fireEvent.click(screen.getByRole("button", { name: "It was …" }));
  fireEvent.click(screen.getByRole("button", { name: "It was 10+" }));
  const field = screen.getByRole<HTMLInputElement>("textbox");
  expect([field.value, field.inputMode]).toEqual(["", "numeric"]);
  fireEvent.change(field, { target: { value: "11" } });
  if (field.form) fireEvent.submit(field.form);
  expect(onSubmit.mock.calls).toEqual([["11"]]);
});

it.each([4, "2026"])("leads back from the question which digit it was, not %o", (predicted) => {
  const onSubmit = renderPrompt({}, predicted);
  fireEvent.click(screen.getByRole("button", { name: "It was …" }));
  expect(screen.queryByRole("button", { name: "Yes" })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Back" }));
  fireEvent.click(screen.getByRole("button", { name: "Yes" }));
  expect(onSubmit.mock.calls).toEqual([[predicted]]);
});

it("offers a keyboard with a space to correct several numbers", () => {
  renderPrompt({}, "42 7");
  fireEvent.click(screen.getByRole("button", { name: "It was …" }));
  expect(screen.getByRole<HTMLInputElement>("textbox").inputMode).toBe("text");
});

it("keeps the consent when the label is changed", () => {
  renderPrompt({});
  fireEvent.click(screen.getByRole("checkbox"));
  fireEvent.click(screen.getByRole("button", { name: "Yes" }));
  fireEvent.click(screen.getByRole("button", { name: "Change" }));
  expect(screen.getByRole<HTMLInputElement>("checkbox").checked).toBe(true);
});

it("moves the focus from a button that goes to the question that follows", () => {
  renderPrompt({});
  screen.getByRole("button", { name: "It was …" }).focus();
  fireEvent.click(screen.getByRole("button", { name: "It was …" }));
  const question = screen.getByRole("group", { name: "Which digit was it?" });
  expect(document.activeElement).toBe(question);
});

it("takes no focus that is elsewhere", () => {
  renderPrompt({});
  fireEvent.click(screen.getByRole("button", { name: "It was …" }));
  expect(document.activeElement).toBe(document.body);
});
