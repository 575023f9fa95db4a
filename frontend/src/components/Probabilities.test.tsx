// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { Probabilities } from "./Probabilities";

afterEach(cleanup);

const GRID = Array.from({ length: 7 }, () => Array<number>(7).fill(0));
const ONE = { digit: 1, grid: GRID };
const PREDICTION = {
  digit: 7,
  verdict: "digit" as const,
  confidence: 0.9,
  probabilities: [0, 0.1, 0, 0, 0, 0, 0, 0.9, 0, 0],
  model: "cnn",
  id: "1",
  evidence: [{ digit: 7, grid: GRID }, ONE],
};

it("lets the bars of digits with evidence ask for it, by pointer, touch and keyboard", () => {
  const onExplain = vi.fn();
  render(<Probabilities reading={PREDICTION} explained={7} onExplain={onExplain} />);
  const bars = screen.getAllByRole("button");
  expect(
    bars.map((bar) => [bar.getAttribute("aria-label"), bar.getAttribute("aria-pressed")]),
  ).toEqual([
    ["Show what speaks for 1", "false"],
    ["Show what speaks for 7", "true"],
  ]);
  const one = screen.getByRole("button", { name: "Show what speaks for 1" });
  fireEvent.pointerEnter(one, { pointerType: "mouse" });
  fireEvent.pointerLeave(one, { pointerType: "mouse" });
  fireEvent.click(one);
  expect(document.activeElement).toBe(one);
  fireEvent.blur(one);
  expect(onExplain.mock.calls).toEqual([[ONE], [null], [ONE], [null]]);
});

it("offers nothing without evidence", () => {
  render(
    <Probabilities
      reading={{ ...PREDICTION, evidence: null }}
      explained={undefined}
      onExplain={vi.fn()}
    />,
  );
  expect(screen.queryByRole("button")).toBeNull();
});
