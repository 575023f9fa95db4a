/** Keyboard shortcuts for the sketchpad's commands. */

import type { RecognizerAction } from "./reducer";

const isMac = globalThis.navigator?.platform.startsWith("Mac") ?? false;

/** The labels shown beside the buttons. */
export const shortcuts = isMac
  ? { undo: "⌘Z", redo: "⇧⌘Z", clear: "⌫" }
  : { undo: "Ctrl Z", redo: "Ctrl Y", clear: "Del" };

type Keys = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** Returns the action for a key press; null if it is not a shortcut. */
export function actionFor(press: Keys): RecognizerAction | null {
  if (press.altKey) return null;
  const key = press.key.toLowerCase();
  if (!press.ctrlKey && !press.metaKey) {
    return key === "delete" || key === "backspace" ? { type: "cleared" } : null;
  }
  if (key === "z") return { type: press.shiftKey ? "redone" : "undone" };
  return key === "y" && !press.shiftKey ? { type: "redone" } : null;
}
