import { expect, it } from "vitest";
import { actionFor } from "./shortcuts";

const NO_MODIFIERS = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

it.each([
  [{ key: "z", ctrlKey: true }, "undone"],
  [{ key: "z", metaKey: true }, "undone"],
  [{ key: "Z", ctrlKey: true, shiftKey: true }, "redone"],
  [{ key: "y", ctrlKey: true }, "redone"],
  [{ key: "Delete" }, "cleared"],
  [{ key: "Backspace" }, "cleared"],
])("%o is the shortcut for %s", (press, type) => {
  expect(actionFor({ ...NO_MODIFIERS, ...press })).toEqual({ type });
});

it.each([
  { key: "z" },
  { key: "7" },
  { key: "z", ctrlKey: true, altKey: true },
  { key: "v", ctrlKey: true },
  { key: "Delete", ctrlKey: true },
])("%o is not a shortcut", (press) => {
  expect(actionFor({ ...NO_MODIFIERS, ...press })).toBeNull();
});
