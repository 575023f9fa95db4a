import {
  type Dispatch,
  memo,
  type ReactNode,
  type RefObject,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { Canvas, type CanvasPath } from "react-sketch-canvas";
import { isBlank, isPenDown, isUntouched, type Sketch } from "../history";
import { usePointers } from "../hooks/usePointers";
import type { RecognizerAction } from "../reducer";
import type { Stroke, StrokePart } from "../strokes";
import { GhostDigit } from "./GhostDigit";

interface SketchpadProps {
  readonly sketch: Sketch;
  readonly fingersDraw: boolean;
  /** A file is being dragged over the page, so the sketchpad is marked as the target. */
  readonly dropTarget: boolean;
  readonly dispatch: Dispatch<RecognizerAction>;
  /** What is shown above the drawing. */
  readonly children?: ReactNode;
}

export function Sketchpad(props: SketchpadProps) {
  const { sketch, fingersDraw, dropTarget, dispatch, children } = props;
  const { drawing, base } = sketch;
  const pad = useRef<HTMLDivElement>(null);
  const side = useSide(pad);
  const hint = hintFor(sketch, dropTarget);
  const unfinished = isPenDown(sketch) ? drawing.strokes.slice(-1) : NO_STROKES;

  return (
    <div
      ref={pad}
      className="sketchpad grid-paper"
      data-testid="sketchpad"
      data-drop-target={dropTarget}
      role="img"
      aria-label={label(sketch)}
      {...usePointers(fingersDraw, dispatch)}
    >
      {drawing.image !== null && <ImagePreview file={drawing.image} />}
      {isUntouched(sketch) && <GhostDigit />}
      <Layer strokes={(base ?? drawing).strokes} side={side} />
      {/* In a layer of its own, so that the finished strokes are not repainted with it. */}
      <Layer strokes={unfinished} side={side} />
      {children}
      {hint !== null && (
        <p className="sketchpad-hint" data-kind={hint.kind}>
          {hint.text}
        </p>
      )}
    </div>
  );
}

interface LayerProps {
  readonly strokes: readonly Stroke[];
  readonly side: number;
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
  isDrawing: false,
  readOnly: true,
  onPointerDown: ignore,
  onPointerMove: ignore,
  onPointerUp: ignore,
} as const;

const NO_STROKES: readonly Stroke[] = [];

function ignore() {}

/** Shows strokes. The canvas only paints: usePointers has the reason. */
const Layer = memo(function Layer({ strokes, side }: LayerProps) {
  return <Canvas {...LAYER} paths={useCanvasPaths(strokes, side)} />;
});

function ImagePreview({ file }: { readonly file: File }) {
  /** Null if this browser cannot show the image; the API may be able to decode it. */
  const [url, setUrl] = useState<string | null>();

  useEffect(() => {
    const objectUrl = URL.createObjectURL(file);
    setUrl(objectUrl);
    return () => URL.revokeObjectURL(objectUrl);
  }, [file]);

  if (url === undefined) return null;
  return url === null ? (
    <p className="sketchpad-hint">Your browser can't show this image</p>
  ) : (
    <img
      className="sketchpad-image"
      src={url}
      alt=""
      draggable={false}
      onError={() => setUrl(null)}
    />
  );
}

/**
 * Returns the parts of strokes in CSS pixels. An unchanged part keeps its path object, so that
 * React repaints only the last part of the stroke being drawn.
 */
function useCanvasPaths(strokes: readonly Stroke[], side: number): CanvasPath[] {
  const toPath = useMemo(() => {
    const cache = new WeakMap<StrokePart, CanvasPath>();
    return (part: StrokePart) => {
      const path = cache.get(part) ?? {
        paths: part.points.map(({ x, y }) => ({ x: x * side, y: y * side })),
        strokeWidth: part.width * side,
        strokeColor: "currentColor",
        drawMode: true,
      };
      cache.set(part, path);
      return path;
    };
  }, [side]);
  return strokes.flat().map(toPath);
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

function label({ drawing: { strokes, image } }: Sketch): string {
  if (image !== null) return "Sketch area with the uploaded image";
  if (strokes.length === 0)
    return "Sketch area, empty: draw digits with a mouse, finger or pen";
  return `Sketch area, ${strokes.length} ${strokes.length === 1 ? "stroke" : "strokes"}`;
}

interface Hint {
  readonly kind: "blank" | "drop" | "replaced";
  readonly text: string;
}

function hintFor(sketch: Sketch, dropTarget: boolean): Hint | null {
  if (dropTarget) return { kind: "drop", text: "Drop the image here" };
  if (isBlank(sketch))
    return { kind: "blank", text: "Draw any digit, or a whole number, anywhere" };
  // Without a word, an image that a stroke replaced would seem lost.
  const previous = sketch.base ?? sketch.past.at(-1);
  return sketch.drawing.image === null && previous != null && previous.image !== null
    ? { kind: "replaced", text: "Undo brings the image back" }
    : null;
}
