import { type Dispatch, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { Canvas, type Point as CanvasPoint } from "react-sketch-canvas";
import { PEN_WIDTH, type Point, type Stroke } from "../ink";
import type { RecogniserAction } from "../recogniser";

interface SketchpadProps {
  readonly strokes: readonly Stroke[];
  readonly penDown: boolean;
  readonly picture: File | null;
  readonly inviteDrop: boolean;
  readonly dispatch: Dispatch<RecogniserAction>;
}

export function Sketchpad({ strokes, penDown, picture, inviteDrop, dispatch }: SketchpadProps) {
  const pad = useRef<HTMLDivElement>(null);
  const side = useSide(pad);

  // Strokes are kept in parts of the side, so that they follow when the paper is resized.
  const paths = useMemo(
    () =>
      strokes.map((stroke) => ({
        paths: stroke.map(({ x, y }) => ({ x: x * side, y: y * side })),
        strokeWidth: PEN_WIDTH * side,
        strokeColor: "currentColor",
        drawMode: true,
      })),
    [strokes, side],
  );
  const onPaper = ({ x, y }: CanvasPoint): Point => ({ x: x / side, y: y / side });

  return (
    <div
      ref={pad}
      className="sketchpad squared"
      data-testid="sketchpad"
      data-invite-drop={inviteDrop}
      role="img"
      aria-label={label(strokes.length, picture)}
    >
      <p className="sketchpad-hint">{hint(strokes.length, picture, inviteDrop)}</p>
      {picture !== null && <PicturePreview file={picture} />}
      <Canvas
        className="sketchpad-ink"
        width="100%"
        height="100%"
        style={{}}
        canvasColor="transparent"
        backgroundImage=""
        exportWithBackgroundImage={false}
        allowOnlyPointerType="all"
        svgStyle={{}}
        paths={paths}
        isDrawing={penDown}
        onPointerDown={(point, isEraser) => {
          // The other end of a pen would leave ink here: there is no rubber, only Undo.
          if (isEraser !== true) dispatch({ type: "penLowered", point: onPaper(point) });
        }}
        onPointerMove={(point) => dispatch({ type: "penMoved", point: onPaper(point) })}
        onPointerUp={() => dispatch({ type: "penLifted" })}
      />
    </div>
  );
}

function PicturePreview({ file }: { readonly file: File }) {
  const [url, setUrl] = useState<string>();

  useEffect(() => {
    const objectUrl = URL.createObjectURL(file);
    setUrl(objectUrl);
    return () => URL.revokeObjectURL(objectUrl);
  }, [file]);

  return <img className="sketchpad-picture" src={url} alt="" draggable={false} />;
}

/** The width of the (square) element in CSS pixels, as it changes. */
function useSide(element: RefObject<HTMLElement | null>): number {
  const [side, setSide] = useState(0);

  useEffect(() => {
    const target = element.current;
    if (target === null) return;
    const observer = new ResizeObserver(() => setSide(target.clientWidth));
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);

  return side;
}

function label(strokeCount: number, picture: File | null): string {
  if (picture !== null) return "Sketch area, with the uploaded picture";
  if (strokeCount === 0) return "Sketch area, empty: draw a digit with mouse, finger or pen";
  return `Sketch area, ${strokeCount} ${strokeCount === 1 ? "stroke" : "strokes"}`;
}

function hint(strokeCount: number, picture: File | null, inviteDrop: boolean): string {
  if (inviteDrop) return "Drop the picture here";
  return strokeCount === 0 && picture === null ? "Draw a digit here" : "";
}
