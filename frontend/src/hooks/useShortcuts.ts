import { type Dispatch, type MouseEvent, useEffect, useEffectEvent } from "react";
import type { RecognizerAction } from "../reducer";
import { actionFor, digitFor } from "../shortcuts";

/**
 * Handles shortcuts regardless of the focus, except in a text field. `onDigit` is null unless the
 * page asks for a digit.
 */
export function useShortcuts(
  dispatch: Dispatch<RecognizerAction>,
  onDigit: ((digit: number) => void) | null,
): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement && event.target.name === "number") return;
    const action = actionFor(event, (event.target as Element).matches("a, button, input"));
    const digit = digitFor(event);
    if (action !== null) dispatch(action);
    else if (digit !== null && onDigit !== null) onDigit(digit);
    else return;
    event.preventDefault();
  });

  useEffect(() => {
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Keeps the mouse from focusing a button, so that Delete clears the drawing after a click. */
export function keepFocus(event: MouseEvent): void {
  event.preventDefault();
}
