import { type Dispatch, useCallback, useEffect, useRef } from "react";
import type { StrokeAction } from "../pointers";
import type { RecognizerAction } from "../reducer";
import type { Stroke } from "../strokes";

/** About as fast as a hand writes a digit. */
const DURATION_MS = 700;

/** Whatever the user does next finds the example complete. */
const INTERRUPTIONS = ["pointerdown", "keydown", "paste", "drop"] as const;

/** Returns a function that replaces the drawing by strokes that write themselves like a pen. */
export function useExamplePlayer(dispatch: Dispatch<RecognizerAction>) {
  const finish = useRef(() => {});

  useEffect(() => {
    const interrupt = () => finish.current();
    for (const type of INTERRUPTIONS) addEventListener(type, interrupt, true);
    return () => {
      for (const type of INTERRUPTIONS) removeEventListener(type, interrupt, true);
      interrupt();
    };
  }, []);

  return useCallback(
    (strokes: readonly Stroke[]) => {
      const actions = strokes.flatMap(penActions);
      let played = 0;
      let frame = 0;
      const playUntil = (end: number) => {
        for (const action of actions.slice(played, end)) dispatch(action);
        played = Math.max(played, end);
      };
      const startedAt = performance.now();
      const playFrame = () => {
        const progress = (performance.now() - startedAt) / DURATION_MS;
        playUntil(Math.min(actions.length, Math.ceil(progress * actions.length)));
        if (played < actions.length) frame = requestAnimationFrame(playFrame);
      };

      finish.current();
      dispatch({ type: "cleared" });
      finish.current = () => {
        cancelAnimationFrame(frame);
        playUntil(actions.length);
      };
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) finish.current();
      else playFrame();
    },
    [dispatch],
  );
}

function penActions(stroke: Stroke): StrokeAction[] {
  const [first, ...others] = stroke.flatMap(({ points }) => points);
  if (first === undefined) return [];
  const sample = { ...first, pressure: null };
  return [
    { type: "strokeStarted", sample },
    ...others.map((point): StrokeAction => {
      return { type: "strokeExtended", samples: [{ ...point, pressure: null }] };
    }),
    { type: "strokeEnded" },
  ];
}
