import { type Dispatch, useEffect } from "react";
import type { RecogniserAction } from "./recogniser";
import { actionFor } from "./shortcuts";

/** Hears the keys wherever the focus is: there is nothing on the page to type into. */
export function useShortcuts(dispatch: Dispatch<RecogniserAction>): void {
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
