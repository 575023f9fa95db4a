import type { Dispatch, ReactNode } from "react";
import { PEN_WIDTHS } from "../ink";
import type { RecogniserAction, RecogniserState } from "../recogniser";
import { shortcuts } from "../shortcuts";
import { isBlank } from "../sketch";

interface ControlsProps {
  readonly state: RecogniserState;
  readonly dispatch: Dispatch<RecogniserAction>;
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
          aria-label="Width of the pen"
          min={PEN_WIDTHS.least}
          max={PEN_WIDTHS.most}
          step={PEN_WIDTHS.step}
          value={penWidth}
          onChange={(event) =>
            dispatch({ type: "penChosen", width: event.target.valueAsNumber })
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
