import type { Dispatch } from "react";
import type { RecognizerAction } from "../reducer";

interface FingerSwitchProps {
  readonly on: boolean;
  readonly dispatch: Dispatch<RecognizerAction>;
}

/** Lets touches draw again after a stylus has been used. */
export function FingerSwitch({ on, dispatch }: FingerSwitchProps) {
  return (
    <label className="finger-switch">
      <input
        type="checkbox"
        checked={on}
        onChange={({ target }) =>
          dispatch({ type: "fingersDrawChanged", fingersDraw: target.checked })
        }
      />
      Fingers draw
    </label>
  );
}
