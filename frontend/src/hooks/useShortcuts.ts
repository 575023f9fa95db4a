import { type Dispatch, type MouseEvent, useEffect, useEffectEvent } from "react";
import { flushSync } from "react-dom";
import type { RecognizerAction } from "../reducer";
import { actionFor, isTextField, typesDigit } from "../shortcuts";

/** Handles shortcuts regardless of the focus, except in a text field. */
export function useShortcuts(
  dispatch: Dispatch<RecognizerAction>,
  asksForDigit: boolean,
): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (isTextField(event.target)) return;
    const onControl = (event.target as Element).matches("a, button, input, fieldset");
    const action = actionFor(event, onControl);
    if (action !== null) {
      event.preventDefault();
      dispatch(action);
    } else if (asksForDigit && typesDigit(event)) {
      // It may begin a number: the field has the focus before the browser enters what is typed.
      flushSync(() => dispatch({ type: "correctionStarted", asking: "number" }));
    }
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
