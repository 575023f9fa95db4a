// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { Status } from "./Status";

afterEach(cleanup);

it("counts down to the next try for those who see it, under a name that stays", () => {
  const dispatch = vi.fn();
  const status = (secondsToRetry: number | null) => (
    <Status
      message="Can't reach the recognizer."
      timing=""
      busy={false}
      small
      canRetry
      secondsToRetry={secondsToRetry}
      dispatch={dispatch}
    />
  );
  const { rerender } = render(status(4));
  const retry = screen.getByRole("button", { name: "Try again" });
  expect(retry.textContent).toBe("Try again in 4 s");
  rerender(status(null));
  expect(retry.textContent).toBe("Try again");
  fireEvent.click(retry);
  expect(dispatch.mock.calls).toEqual([[{ type: "retried" }]]);
});
