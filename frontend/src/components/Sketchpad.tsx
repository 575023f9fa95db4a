import { type Dispatch, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { Canvas, type CanvasPath, type Point as CanvasPoint } from "react-sketch-canvas";
import type { Sketch } from "../history";
import type { RecognizerAction } from "../reducer";
import type { Point, Stroke } from "../strokes";

interface SketchpadProps {
  readonly sketch: Sketch;
  /** A file is being dragged over the page, so the sketchpad is marked as the target. */
  readonly dropTarget: boolean;
  readonly dispatch: Dispatch<RecognizerAction>;
}

const LAYER = {
  className: "sketchpad-layer",
  width: "100%",
  height: "100%",
  style: {},
  canvasColor: "transparent",
  backgroundImage: "",
  exportWithBackgroundImage: false,
  allowOnlyPointerType: "all",
  svgStyle: {},
} as const;

function ignore() {}

export function Sketchpad({ sketch, dropTarget, dispatch }: SketchpadProps) {
  const { strokes, image } = sketch.drawing;
  const pad = useRef<HTMLDivElement>(null);
  const side = useSide(pad);
  const paths = useCanvasPaths(strokes, side);
  // The unfinished stroke has its own layer, so the finished ones are not repainted with it.
  const finished = sketch.penDown ? -1 : strokes.length;
  const toFractions = ({ x, y }: CanvasPoint): Point => ({ x: x / side, y: y / side });

  return (
    <div
      ref={pad}
      className="sketchpad grid-paper"
      data-testid="sketchpad"
      data-drop-target={dropTarget}
      role="img"
      aria-label={label(strokes.length, image)}
    >
      <p className="sketchpad-hint">{hint(strokes.length, image, dropTarget)}</p>
      {image !== null && <ImagePreview file={image} />}
      <Canvas
        {...LAYER}
        readOnly
        paths={paths.slice(0, finished)}
        isDrawing={false}
        onPointerDown={ignore}
        onPointerMove={ignore}
        onPointerUp={ignore}
      />
      <Canvas
        {...LAYER}
        paths={paths.slice(finished)}
        isDrawing={sketch.penDown}
        onPointerDown={(point, isEraser) => {
          // A pen's eraser end is ignored: it would draw, because the page has no eraser tool.
          if (isEraser !== true) dispatch({ type: "strokeStarted", point: toFractions(point) });
        }}
        onPointerMove={(point) =>
          dispatch({ type: "strokeExtended", point: toFractions(point) })
        }
        onPointerUp={() => dispatch({ type: "strokeEnded" })}
      />
    </div>
  );
}

function ImagePreview({ file }: { readonly file: File }) {
  const [url, setUrl] = useState<string>();

  useEffect(() => {
    const objectUrl = URL.createObjectURL(file);
    setUrl(objectUrl);
    return () => URL.revokeObjectURL(objectUrl);
  }, [file]);

  return (
    <img
      className="sketchpad-image"
      src={url}
      alt=""
      draggable={false}
      // The API may be able to decode an image that this browser cannot show.
      onError={() => setUrl(undefined)}
    />
  );
}

/**
 * Returns the strokes in CSS pixels. An unchanged stroke keeps its path object, so that React
 * repaints only the stroke being drawn.
 */
function useCanvasPaths(strokes: readonly Stroke[], side: number): CanvasPath[] {
  const toPath = useMemo(() => {
    const cache = new WeakMap<Stroke, CanvasPath>();
    return (stroke: Stroke) => {
      const path = cache.get(stroke) ?? {
        paths: stroke.points.map(({ x, y }) => ({ x: x * side, y: y * side })),
        strokeWidth: stroke.width * side,
        strokeColor: "currentColor",
        drawMode: true,
      };
      cache.set(stroke, path);
      return path;
    };
  }, [side]);
  return useMemo(() => strokes.map(toPath), [strokes, toPath]);
}

/** Returns the current width of a square element in CSS pixels. */
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

function label(strokeCount: number, image: File | null): string {
  if (image !== null) return "Sketch area with the uploaded image";
  if (strokeCount === 0) return "Sketch area, empty: draw a digit with a mouse, finger or pen";
  return `Sketch area, ${strokeCount} ${strokeCount === 1 ? "stroke" : "strokes"}`;
}

function hint(strokeCount: number, image: File | null, dropTarget: boolean): string {
  if (dropTarget) return "Drop the image here";
  return strokeCount === 0 && image === null ? "Draw a digit here" : "";
}
