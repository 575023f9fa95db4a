/** The keys that do what the buttons do. */

import type { RecogniserAction } from "./recogniser";

const isMac = globalThis.navigator?.platform.startsWith("Mac") ?? false;

/** As they are shown. */
export const shortcuts = isMac
  ? { undo: "⌘Z", redo: "⇧⌘Z", clear: "⌫" }
  : { undo: "Ctrl Z", redo: "Ctrl Y", clear: "Del" };

type Keys = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** What a key press asks for; null if nothing. */
export function actionFor(press: Keys): RecogniserAction | null {
  if (press.altKey) return null;
  const key = press.key.toLowerCase();
  if (!press.ctrlKey && !press.metaKey) {
    return key === "delete" || key === "backspace" ? { type: "cleared" } : null;
  }
  if (key === "z") return { type: press.shiftKey ? "redone" : "undone" };
  return key === "y" && !press.shiftKey ? { type: "redone" } : null;
}
