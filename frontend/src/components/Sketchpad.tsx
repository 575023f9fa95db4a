import { type Dispatch, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { Canvas, type CanvasPath, type Point as CanvasPoint } from "react-sketch-canvas";
import type { Point, Stroke } from "../ink";
import type { RecogniserAction } from "../recogniser";
import type { Sketch } from "../sketch";

interface SketchpadProps {
  readonly sketch: Sketch;
  readonly inviteDrop: boolean;
  readonly dispatch: Dispatch<RecogniserAction>;
}

const LAYER = {
  className: "sketchpad-ink",
  width: "100%",
  height: "100%",
  style: {},
  canvasColor: "transparent",
  backgroundImage: "",
  exportWithBackgroundImage: false,
  allowOnlyPointerType: "all",
  svgStyle: {},
} as const;

function nothing() {}

export function Sketchpad({ sketch, inviteDrop, dispatch }: SketchpadProps) {
  const { strokes, picture } = sketch.paper;
  const pad = useRef<HTMLDivElement>(null);
  const side = useSide(pad);
  const paths = useCanvasPaths(strokes, side);
  // The stroke being drawn has a layer of its own: the others are not painted anew with it.
  const finished = sketch.penDown ? -1 : strokes.length;
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
        {...LAYER}
        readOnly
        paths={paths.slice(0, finished)}
        isDrawing={false}
        onPointerDown={nothing}
        onPointerMove={nothing}
        onPointerUp={nothing}
      />
      <Canvas
        {...LAYER}
        paths={paths.slice(finished)}
        isDrawing={sketch.penDown}
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

  return (
    <img
      className="sketchpad-picture"
      src={url}
      alt=""
      draggable={false}
      // What this browser cannot show, the API may be able to read.
      onError={() => setUrl(undefined)}
    />
  );
}

/**
 * The strokes at the size of the paper. A stroke that has not changed keeps its path, so
 * that only the one being drawn is painted anew.
 */
function useCanvasPaths(strokes: readonly Stroke[], side: number): CanvasPath[] {
  const atThisSize = useMemo(() => {
    const known = new WeakMap<Stroke, CanvasPath>();
    return (stroke: Stroke) => {
      const path = known.get(stroke) ?? {
        paths: stroke.points.map(({ x, y }) => ({ x: x * side, y: y * side })),
        strokeWidth: stroke.width * side,
        strokeColor: "currentColor",
        drawMode: true,
      };
      known.set(stroke, path);
      return path;
    };
  }, [side]);
  return useMemo(() => strokes.map(atThisSize), [strokes, atThisSize]);
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
