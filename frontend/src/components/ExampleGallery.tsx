import { type ChangeEvent, useRef } from "react";
import { type Example, examples } from "../examples";
import { PEN_WIDTHS } from "../ink";

interface ShelfProps {
  readonly onPicture: (file: File) => void;
  readonly onExample: (example: Example) => void;
}

/** Ways in for those who do not draw: pictures of their own, and handwriting to try. */
export function Shelf({ onPicture, onExample }: ShelfProps) {
  return (
    <section className="shelf" aria-label="Without drawing">
      <div className="pictures">
        <PictureButton label="Upload a picture" onPicture={onPicture} />
        <PictureButton label="Take a photo" onPicture={onPicture} withCamera />
        <p>or drop or paste one anywhere</p>
      </div>
      <ul className="examples" aria-label="Handwriting to try">
        {examples.map((example) => (
          <li key={example.name}>
            <button
              type="button"
              className="example"
              aria-label={`Try ${example.name}`}
              title={example.name}
              onClick={() => onExample(example)}
            >
              <Thumbnail example={example} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface PictureButtonProps {
  readonly label: string;
  readonly onPicture: (file: File) => void;
  readonly withCamera?: boolean;
}

function PictureButton({ label, onPicture, withCamera = false }: PictureButtonProps) {
  const input = useRef<HTMLInputElement>(null);

  function takeFile(event: ChangeEvent<HTMLInputElement>) {
    const file = event.target.files?.[0];
    if (file !== undefined) onPicture(file);
    // Otherwise the same file, chosen again, would count as no change.
    event.target.value = "";
  }

  return (
    <>
      <button
        type="button"
        className={withCamera ? "camera" : undefined}
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
        onChange={takeFile}
      />
    </>
  );
}

/** The paper around the ink, as a part of its side. */
const MARGIN = 0.11;

function Thumbnail({ example }: { readonly example: Example }) {
  const side = 1 - 2 * MARGIN;
  return (
    <svg viewBox={`${MARGIN} ${MARGIN} ${side} ${side}`} aria-hidden="true">
      {example.strokes.map((stroke) => {
        const points = stroke.points.map(({ x, y }) => `${x},${y}`).join(" ");
        return <polyline key={points} points={points} strokeWidth={PEN_WIDTHS.usual} />;
      })}
    </svg>
  );
}
