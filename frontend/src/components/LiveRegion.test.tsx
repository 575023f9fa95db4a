// @vitest-environment happy-dom
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LiveRegion } from "./LiveRegion";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it("announces the same message again after another stroke", () => {
  const announced = () => screen.getByRole("status").textContent;
  const settle = () => act(() => vi.runAllTimers());
  const { rerender } = render(<LiveRegion message="It's a 4" settled />);
  settle();
  expect(announced()).toBe("It's a 4");
  rerender(<LiveRegion message="It's a 4" settled={false} />);
  expect(announced()).toBe("");
  rerender(<LiveRegion message="It's a 4" settled />);
  settle();
  expect(announced()).toBe("It's a 4");
});
