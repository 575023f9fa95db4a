// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { ModelInput } from "./ModelInput";

afterEach(cleanup);

const IMAGE = "data:image/png;base64,AA==";
const TOP = Array.from({ length: 7 }, (_, y) => Array<number>(7).fill(y === 0 ? 2 : -1));

it("shows what speaks for the digit, and says where it is", () => {
  render(<ModelInput image={IMAGE} evidence={{ digit: 7, grid: TOP }} />);
  const parts = screen.getByTestId("evidence").children;
  expect(Array.from(parts, (part) => (part as HTMLElement).style.opacity)).toEqual([
    ...Array<string>(7).fill("1"),
    ...Array<string>(42).fill("0"),
  ]);
  expect(screen.getByRole("figure").textContent).toBe(
    "Red speaks for 7. What speaks for 7 is mostly at the top and the top left.",
  );
});

it("shows the model input alone without evidence", () => {
  render(<ModelInput image={IMAGE} evidence={undefined} />);
  expect(screen.getByRole("img").getAttribute("src")).toBe(IMAGE);
  expect(screen.queryByTestId("evidence")).toBeNull();
  expect(screen.getByRole("figure").textContent).toBe("What the model sees");
});

it("shows an empty figure before the first prediction", () => {
  render(<ModelInput image={undefined} evidence={undefined} />);
  expect(screen.queryByRole("img")).toBeNull();
});
