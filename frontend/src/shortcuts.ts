/** Keyboard shortcuts for the sketchpad's commands and for feedback. */

import type { RecognizerAction } from "./reducer";

const isMac = globalThis.navigator?.platform.startsWith("Mac") ?? false;

/** The labels shown beside the buttons. */
export const shortcuts = isMac
  ? { undo: "⌘Z", redo: "⇧⌘Z", clear: "⌫" }
  : { undo: "Ctrl Z", redo: "Ctrl Y", clear: "Del" };

type Keys = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/**
 * Returns the action for a key press; null if it is not a shortcut. On a focused control, the keys
 * that clear the drawing are none, because people press them there for other reasons.
 */
export function actionFor(press: Keys, onControl: boolean): RecognizerAction | null {
  if (press.altKey) return null;
  const key = press.key.toLowerCase();
  if (!press.ctrlKey && !press.metaKey) {
    const clears = key === "delete" || key === "backspace";
    return clears && !onControl ? { type: "cleared" } : null;
  }
  // Where the letters are not Latin, the place of the key counts: "KeyZ".
  const letter = key > "~" ? press.code.slice(-1).toLowerCase() : key;
  if (letter === "z") return { type: press.shiftKey ? "redone" : "undone" };
  return letter === "y" && !press.shiftKey ? { type: "redone" } : null;
}

/** Returns whether a key press types a digit. */
export function typesDigit({ key, ctrlKey, metaKey, altKey }: Keys): boolean {
  return /^\d$/.test(key) && !ctrlKey && !metaKey && !altKey;
}

/** Returns whether the target of an event is the field for a number, whose keys are its own. */
export function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.name === "number";
}
