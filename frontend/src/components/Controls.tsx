import { type ChangeEvent, useRef } from "react";

interface ControlsProps {
  readonly canUndo: boolean;
  readonly canClear: boolean;
  readonly onUndo: () => void;
  readonly onClear: () => void;
  readonly onPicture: (file: File) => void;
}

export function Controls({ canUndo, canClear, onUndo, onClear, onPicture }: ControlsProps) {
  const fileInput = useRef<HTMLInputElement>(null);

  function takeFile(event: ChangeEvent<HTMLInputElement>) {
    const file = event.target.files?.[0];
    if (file !== undefined) onPicture(file);
    // Otherwise the same file, chosen again, would count as no change.
    event.target.value = "";
  }

  return (
    <div className="controls">
      <button type="button" disabled={!canUndo} onClick={onUndo}>
        Undo
      </button>
      <button type="button" disabled={!canClear} onClick={onClear}>
        Clear
      </button>
      <button
        type="button"
        className="controls-upload"
        onClick={() => fileInput.current?.click()}
      >
        Upload a picture
      </button>
      <input ref={fileInput} type="file" accept="image/*" hidden onChange={takeFile} />
    </div>
  );
}
