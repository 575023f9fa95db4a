import { type Dispatch, useEffect } from "react";
import type { RecognizerAction } from "../reducer";
import { actionFor } from "../shortcuts";

/** Handles shortcuts regardless of the focus, because the page has no text fields. */
export function useShortcuts(dispatch: Dispatch<RecognizerAction>): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      const action = actionFor(event);
      if (action === null) return;
      event.preventDefault();
      dispatch(action);
    }
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [dispatch]);
}
