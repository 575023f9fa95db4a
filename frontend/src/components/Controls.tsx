import { type Dispatch, memo, type ReactNode } from "react";
import { keepFocus } from "../hooks/useShortcuts";
import type { RecognizerAction } from "../reducer";
import { shortcuts } from "../shortcuts";
import { PEN_WIDTHS } from "../strokes";

interface ControlsProps {
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly canClear: boolean;
  readonly penWidth: number;
  readonly dispatch: Dispatch<RecognizerAction>;
}

export const Controls = memo(function Controls(props: ControlsProps) {
  const { canUndo, canRedo, canClear, penWidth, dispatch } = props;
  return (
    <div className="controls">
      <Command
        shortcut={shortcuts.undo}
        enabled={canUndo}
        onClick={() => dispatch({ type: "undone" })}
      >
        Undo
      </Command>
      <Command
        shortcut={shortcuts.redo}
        enabled={canRedo}
        onClick={() => dispatch({ type: "redone" })}
      >
        Redo
      </Command>
      <Command
        shortcut={shortcuts.clear}
        enabled={canClear}
        onClick={() => dispatch({ type: "cleared" })}
      >
        Clear
      </Command>
      <label className="pen">
        Pen
        <input
          type="range"
          aria-label="Pen width"
          aria-valuetext={describePenWidth(penWidth)}
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
});

interface CommandProps {
  readonly shortcut: string;
  readonly enabled: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

/** A button that can be focused while it does nothing; else its last use would lose the focus. */
function Command({ shortcut, enabled, onClick, children }: CommandProps) {
  return (
    <button
      type="button"
      aria-disabled={!enabled}
      onMouseDown={keepFocus}
      onClick={enabled ? onClick : undefined}
    >
      {children} <kbd>{shortcut}</kbd>
    </button>
  );
}

/** Returns the position of the slider, because its value is a fraction that means nothing. */
function describePenWidth(width: number): string {
  const steps = (value: number) => Math.round((value - PEN_WIDTHS.min) / PEN_WIDTHS.step) + 1;
  return `${steps(width)} of ${steps(PEN_WIDTHS.max)}`;
}
