// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import type { Drawing } from "../history";
import { TakeAlong } from "./TakeAlong";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const LINE = [
  { x: 0.2, y: 0.2 },
  { x: 0.8, y: 0.8 },
];
const DRAWING: Drawing = { strokes: [[{ width: 0.055, points: LINE }]], image: null };
const PHOTO: Drawing = { strokes: [], image: new File(["x"], "7.png", { type: "image/png" }) };

function show(drawing: Drawing) {
  const toImage = async () => ({ blob: new Blob(), size: null });
  return <TakeAlong drawing={drawing} prediction={undefined} toImage={toImage} />;
}

it("says why an image has no link", () => {
  render(show(PHOTO));
  const link = screen.getByRole("button", { name: "Copy link" });
  expect(link.getAttribute("aria-disabled")).toBe("true");
  screen.getByText("Images have no link: none is stored.");
});

it("says if the browser refuses to copy, until the drawing changes", async () => {
  const refuse = () => Promise.reject(new DOMException("", "NotAllowedError"));
  vi.spyOn(navigator.clipboard, "write").mockImplementation(refuse);
  vi.spyOn(console, "error").mockImplementation(() => {});
  const { rerender } = render(show(DRAWING));
  fireEvent.click(screen.getByRole("button", { name: "Copy link" }));
  const outcome = await screen.findByText("Your browser lets this page copy nothing.");
  rerender(show({ ...DRAWING }));
  expect(outcome.textContent).toBe("");
});
