// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { PEN_WIDTHS } from "../strokes";
import { Controls } from "./Controls";

afterEach(cleanup);

function renderControls(canUndo: boolean) {
  const dispatch = vi.fn();
  render(
    <Controls
      canUndo={canUndo}
      canRedo={false}
      canClear={false}
      penWidth={PEN_WIDTHS.max}
      dispatch={dispatch}
    />,
  );
  return dispatch;
}

it("does nothing with a command that is disabled, but leaves it focusable", () => {
  const dispatch = renderControls(false);
  const undo = screen.getByRole("button", { name: /Undo/ });
  undo.focus();
  expect(document.activeElement).toBe(undo);
  fireEvent.click(undo);
  expect(dispatch).not.toHaveBeenCalled();
});

it("undoes", () => {
  const dispatch = renderControls(true);
  fireEvent.click(screen.getByRole("button", { name: /Undo/ }));
  expect(dispatch.mock.calls).toEqual([[{ type: "undone" }]]);
});

it("says the pen's width as a step", () => {
  renderControls(false);
  const slider = screen.getByRole("slider", { name: "Pen width" });
  expect(slider.getAttribute("aria-valuetext")).toBe("10 of 10");
});
