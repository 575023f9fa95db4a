// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { emptySketch, type Sketch, setDrawing } from "../history";
import { Sketchpad } from "./Sketchpad";

const SIDE = 200;
const FILE = new File(["7"], "seven.png", { type: "image/png" });
const STROKES = [[{ width: 0.05, points: [{ x: 0.2, y: 0.2 }] }]];

afterEach(cleanup);

function renderPad(sketch: Sketch = emptySketch, fingersDraw = true, dropTarget = false) {
  const dispatch = vi.fn();
  const props = { sketch, fingersDraw, dropTarget, dispatch };
  render(<Sketchpad {...props} />);
  const pad = screen.getByTestId("sketchpad");
  Object.defineProperty(pad, "clientWidth", { value: SIDE });
  return { pad, dispatch };
}

describe("pointers", () => {
  it("take every position between two events", () => {
    const { pad, dispatch } = renderPad();
    fireEvent.pointerDown(pad, {
      pointerId: 1,
      pointerType: "mouse",
      clientX: 20,
      clientY: 40,
    });
    const move = new PointerEvent("pointermove", { bubbles: true, pointerId: 1 });
    const between = [60, 100].map((clientX) => new PointerEvent("pointermove", { clientX }));
    Object.defineProperty(move, "getCoalescedEvents", { value: () => between });
    fireEvent(pad, move);
    expect(dispatch.mock.calls).toEqual([
      [{ type: "strokeStarted", sample: { x: 0.1, y: 0.2, pressure: null } }],
      [
        {
          type: "strokeExtended",
          samples: [
            { x: 0.3, y: 0, pressure: null },
            { x: 0.5, y: 0, pressure: null },
          ],
        },
      ],
    ]);
  });

  it("have a pressure if they are pens", () => {
    const { pad, dispatch } = renderPad();
    fireEvent.pointerDown(pad, { pointerId: 1, pointerType: "pen", pressure: 0.75 });
    expect(dispatch.mock.calls[0]?.[0].sample.pressure).toBe(0.75);
  });

  it.each([
    ["a touch where fingers do not draw", { pointerType: "touch" }],
    ["a mouse's other button", { pointerType: "mouse", button: 2 }],
    ["a pen's eraser", { pointerType: "pen", buttons: 32 }],
  ])("leave no ink: %s", (_name, init) => {
    const { pad, dispatch } = renderPad(emptySketch, false);
    fireEvent.pointerDown(pad, { pointerId: 1, ...init });
    fireEvent.pointerMove(pad, { pointerId: 1, clientX: 100 });
    expect(dispatch).not.toHaveBeenCalled();
  });
});

describe("the hint", () => {
  const photo = setDrawing(emptySketch, { image: FILE });

  it.each([
    ["Draw any digit, or a whole number, anywhere", emptySketch, false],
    ["Drop the image here", photo, true],
    ["Undo brings the image back", setDrawing(photo, { strokes: STROKES }), false],
  ])("is “%s”", (text, sketch, dropTarget) => {
    renderPad(sketch, true, dropTarget);
    expect(screen.getByText(text)).toBeDefined();
  });

  it.each([
    ["an image", photo],
    ["strokes", setDrawing(emptySketch, { strokes: STROKES })],
  ])("is not shown on %s", (_name, sketch) => {
    const { pad } = renderPad(sketch);
    expect(pad.textContent).toBe("");
  });
});
