import { expect, it } from "vitest";
import { actionFor, typesDigit } from "./shortcuts";

const NO_MODIFIERS = {
  code: "",
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
};

it.each([
  [{ key: "z", ctrlKey: true }, "undone"],
  [{ key: "z", metaKey: true }, "undone"],
  [{ key: "Z", ctrlKey: true, shiftKey: true }, "redone"],
  [{ key: "y", ctrlKey: true }, "redone"],
  [{ key: "я", code: "KeyZ", ctrlKey: true }, "undone"],
  [{ key: "Я", code: "KeyZ", ctrlKey: true, shiftKey: true }, "redone"],
  [{ key: "н", code: "KeyY", ctrlKey: true }, "redone"],
  [{ key: "z", code: "KeyY", ctrlKey: true }, "undone"],
  [{ key: "Delete" }, "cleared"],
  [{ key: "Backspace" }, "cleared"],
])("%o is the shortcut for %s", (press, type) => {
  expect(actionFor({ ...NO_MODIFIERS, ...press }, false)).toEqual({ type });
});

it.each([
  { key: "z" },
  { key: "7" },
  { key: "z", ctrlKey: true, altKey: true },
  { key: "v", ctrlKey: true },
  { key: "w", code: "KeyZ", ctrlKey: true },
  { key: "м", code: "KeyV", ctrlKey: true },
  { key: "Delete", ctrlKey: true },
])("%o is not a shortcut", (press) => {
  expect(actionFor({ ...NO_MODIFIERS, ...press }, false)).toBeNull();
});

it.each(["Delete", "Backspace"])("%s clears nothing on a focused control", (key) => {
  expect(actionFor({ ...NO_MODIFIERS, key }, true)).toBeNull();
  expect(actionFor({ ...NO_MODIFIERS, key: "z", ctrlKey: true }, true)).not.toBeNull();
});

it("knows which keys type a digit", () => {
  expect(typesDigit({ ...NO_MODIFIERS, key: "0" })).toBe(true);
  expect(typesDigit({ ...NO_MODIFIERS, key: "9" })).toBe(true);
  expect(typesDigit({ ...NO_MODIFIERS, key: "1", ctrlKey: true })).toBe(false);
  expect(typesDigit({ ...NO_MODIFIERS, key: "F1" })).toBe(false);
});
