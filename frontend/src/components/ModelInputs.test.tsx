// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { digitsOf } from "../numbers";
import { numbersOf } from "../numbers.fixture";
import { ModelInputs } from "./ModelInputs";

afterEach(cleanup);

function renderInputs() {
  const digits = digitsOf(numbersOf("42?7"));
  const dispatch = vi.fn();
  const evidence = digits[1]?.evidence?.[0];
  render(<ModelInputs digits={digits} chosen={1} evidence={evidence} dispatch={dispatch} />);
  return dispatch;
}

it("shows what the model saw of each digit, the evidence in one, and marks what is unsure", () => {
  renderInputs();
  const names = ["4 98.0%", "2? 60.0%", "7 98.0%"];
  const radios = names.map((name) => screen.getByRole<HTMLInputElement>("radio", { name }));
  expect(radios.map(({ checked }) => checked)).toEqual([false, true, false]);
  const images = radios.map(({ labels }) => labels?.[0]?.querySelector("img"));
  expect(images.map((image) => image?.getAttribute("src"))).toEqual(
    [4, 2, 7].map((digit) => `data:image/png;base64,${digit}`),
  );
  expect(screen.getByTestId("evidence").closest("label")).toBe(radios[1]?.labels?.[0]);
});

it("chooses a digit by pointer, touch and keyboard", () => {
  const dispatch = renderInputs();
  const [four, , seven] = screen.getAllByRole<HTMLInputElement>("radio");
  const label = four?.labels?.[0];
  if (!label || !seven) throw new Error("no radio buttons");
  fireEvent.pointerEnter(label, { pointerType: "touch" });
  fireEvent.pointerEnter(label, { pointerType: "mouse" });
  fireEvent.click(seven);
  expect(dispatch.mock.calls.map(([action]) => action)).toEqual([
    { type: "digitChosen", index: 0 },
    { type: "digitChosen", index: 2 },
  ]);
});
