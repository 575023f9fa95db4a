import { type ChangeEvent, memo, useId, useRef } from "react";
import { type Example, examples } from "../examples";
import { keepFocus } from "../hooks/useShortcuts";
import { PEN_WIDTHS, type Stroke, toPathData } from "../strokes";

interface ExampleGalleryProps {
  readonly onFile: (file: File) => void;
  readonly onExample: (strokes: readonly Stroke[]) => void;
}

/** Alternatives to drawing: image uploads and handwriting examples. */
export const ExampleGallery = memo(function ExampleGallery(props: ExampleGalleryProps) {
  const { onFile, onExample } = props;
  const labelId = useId();
  return (
    <section className="gallery" aria-label="Images and examples">
      <div className="uploads">
        <FileButton label="Upload an image" onFile={onFile} />
        <FileButton label="Take a photo" onFile={onFile} withCamera />
        <p>or drop or paste one anywhere</p>
      </div>
      <p id={labelId} className="examples-label">
        Or try someone's handwriting
      </p>
      <ul className="examples" aria-labelledby={labelId}>
        {examples.map((example) => (
          <li key={example.name}>
            <button
              type="button"
              className="example"
              aria-label={`Try ${example.name}`}
              title={example.name}
              onMouseDown={keepFocus}
              onClick={() => onExample(example.strokes)}
            >
              <Thumbnail example={example} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
});

interface FileButtonProps {
  readonly label: string;
  readonly onFile: (file: File) => void;
  readonly withCamera?: boolean;
}

function FileButton({ label, onFile, withCamera = false }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);

  function handleChange(event: ChangeEvent<HTMLInputElement>) {
    const file = event.target.files?.[0];
    if (file !== undefined) onFile(file);
    // Otherwise choosing the same file again would not fire a change event.
    event.target.value = "";
  }

  return (
    <>
      <button
        type="button"
        className={withCamera ? "camera" : undefined}
        onMouseDown={keepFocus}
        onClick={() => input.current?.click()}
      >
        {label}
      </button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        capture={withCamera ? "environment" : undefined}
        hidden
        onChange={handleChange}
      />
    </>
  );
}

/** The empty border that the thumbnail cuts off, as a fraction of the sketchpad's side. */
const MARGIN = 0.11;

function Thumbnail({ example }: { readonly example: Example }) {
  const side = 1 - 2 * MARGIN;
  return (
    <svg viewBox={`${MARGIN} ${MARGIN} ${side} ${side}`} aria-hidden="true">
      {example.strokes.flat().map(({ points }) => {
        const path = toPathData(points);
        return <path key={path} d={path} strokeWidth={PEN_WIDTHS.default} />;
      })}
    </svg>
  );
}
