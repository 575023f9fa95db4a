// @vitest-environment happy-dom
import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { digitsOf } from "../numbers";
import { numbersOf } from "../numbers.fixture";
import { Frames } from "./Frames";

afterEach(cleanup);

it("frames each digit in pixels of the image, and emphasizes the chosen one", () => {
  const digits = digitsOf(numbersOf("42?"));
  const { container } = render(
    <Frames digits={digits} size={{ width: 500, height: 250 }} chosen={1} />,
  );
  expect(container.querySelector("svg")?.getAttribute("viewBox")).toBe("0 0 500 250");
  const frames = Array.from(container.querySelectorAll("rect"), (rect) => [
    ...["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name))),
    rect.dataset.chosen,
    rect.dataset.verdict,
  ]);
  expect(frames).toEqual([
    [-6, -6, 27, 37, "false", "digit"],
    [14, -6, 27, 37, "true", "unsure"],
  ]);
});
