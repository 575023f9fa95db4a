import { type Dispatch, type PointerEvent, useRef } from "react";
import {
  NO_POINTERS,
  type Pointer,
  type Pointers,
  pointerCanceled,
  pointerDown,
  pointerMoved,
  pointerUp,
  type Sample,
  type StrokeAction,
} from "../pointers";

/** The bit of PointerEvent.buttons for the eraser end of a pen. */
const ERASER = 32;

/**
 * Returns pointer handlers that draw on a square element. They replace those of
 * react-sketch-canvas, which end a stroke at the second pointer and know no pressure.
 */
export function usePointers(fingersDraw: boolean, dispatch: Dispatch<StrokeAction>) {
  const pointers = useRef<Pointers>(NO_POINTERS);

  function apply([next, actions]: readonly [Pointers, readonly StrokeAction[]]) {
    pointers.current = next;
    for (const action of actions) dispatch(action);
  }

  return {
    onPointerDown(event: PointerEvent) {
      const type = event.pointerType as Pointer["type"];
      if (type === "mouse" && event.button !== 0) return;
      if (type === "touch" && !fingersDraw) return;
      // A pen's eraser end would draw, because the page has no eraser.
      if (type === "pen" && (event.buttons & ERASER) !== 0) return;
      // Without capture, a stroke would end at the edge of the sketchpad.
      if (event.isTrusted) event.currentTarget.setPointerCapture(event.pointerId);
      const [sample] = samplesOf(event);
      if (sample !== undefined) {
        apply(pointerDown(pointers.current, { id: event.pointerId, type }, sample));
      }
    },
    onPointerMove(event: PointerEvent) {
      apply(pointerMoved(pointers.current, event.pointerId, samplesOf(event)));
    },
    onPointerUp(event: PointerEvent) {
      apply(pointerUp(pointers.current, event.pointerId));
    },
    onPointerCancel(event: PointerEvent) {
      apply(pointerCanceled(pointers.current, event.pointerId));
    },
  };
}

/** Returns all positions since the last event, of which browsers report several at once. */
function samplesOf({ nativeEvent, currentTarget, pointerType }: PointerEvent): Sample[] {
  const { left, top } = currentTarget.getBoundingClientRect();
  const { clientLeft, clientTop, clientWidth } = currentTarget;
  // Safari before 18.2 has no getCoalescedEvents, and a synthetic event has none.
  const coalesced = nativeEvent.getCoalescedEvents?.() ?? [];
  const events = coalesced.length > 0 ? coalesced : [nativeEvent];
  return events.map(({ clientX, clientY, pressure }) => ({
    x: (clientX - left - clientLeft) / clientWidth,
    y: (clientY - top - clientTop) / clientWidth,
    pressure: pointerType === "pen" ? pressure : null,
  }));
}
