import type { Dispatch, ReactNode } from "react";
import { isBlank } from "../history";
import type { RecognizerAction, RecognizerState } from "../reducer";
import { shortcuts } from "../shortcuts";
import { PEN_WIDTHS } from "../strokes";

interface ControlsProps {
  readonly state: RecognizerState;
  readonly dispatch: Dispatch<RecognizerAction>;
}

export function Controls({ state: { sketch, penWidth }, dispatch }: ControlsProps) {
  return (
    <div className="controls">
      <Command
        shortcut={shortcuts.undo}
        disabled={sketch.past.length === 0}
        onClick={() => dispatch({ type: "undone" })}
      >
        Undo
      </Command>
      <Command
        shortcut={shortcuts.redo}
        disabled={sketch.future.length === 0}
        onClick={() => dispatch({ type: "redone" })}
      >
        Redo
      </Command>
      <Command
        shortcut={shortcuts.clear}
        disabled={isBlank(sketch)}
        onClick={() => dispatch({ type: "cleared" })}
      >
        Clear
      </Command>
      <label className="pen">
        Pen
        <input
          type="range"
          aria-label="Pen width"
          min={PEN_WIDTHS.min}
          max={PEN_WIDTHS.max}
          step={PEN_WIDTHS.step}
          value={penWidth}
          onChange={(event) =>
            dispatch({ type: "penWidthChanged", width: event.target.valueAsNumber })
          }
        />
      </label>
    </div>
  );
}

interface CommandProps {
  readonly shortcut: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function Command({ shortcut, disabled, onClick, children }: CommandProps) {
  return (
    <button type="button" disabled={disabled} onClick={onClick}>
      {children} <kbd>{shortcut}</kbd>
    </button>
  );
}
