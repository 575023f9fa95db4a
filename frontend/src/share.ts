/** Drawings and predictions in forms that people can take elsewhere. */

import type { Prediction } from "./api";
import type { Point, Stroke, StrokePart } from "./strokes";

const HASH = "#drawing=";

/** Strokes may leave the sketchpad by half of its side; a point has 12 bits for each coordinate. */
const MARGIN = 0.5;
const POINT_STEPS = 4095;

/** A part of a stroke is a width, the number of points and the points; a byte holds a width. */
const WIDTH_STEPS = 1000;
const HEADER_BYTES = 3;
const POINT_BYTES = 3;
const MAX_POINTS = 0x7fff;
/** Set in the number of points of a part that starts a stroke. */
const NEW_STROKE = 0x8000;

/** Returns the fragment of an address that contains a drawing, so that no server stores it. */
export function toHash(strokes: readonly Stroke[]): string {
  const bytes = strokes.flatMap((stroke) =>
    stroke.flatMap((part, index) => encodePart(part, index === 0)),
  );
  const binary = bytes.map((byte) => String.fromCharCode(byte)).join("");
  return HASH + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Returns whether the fragment of an address is meant to contain a drawing. */
export function isLink(hash: string): boolean {
  return hash.startsWith(HASH);
}

/** Returns the strokes in the fragment of an address; null if it contains none. */
export function fromHash(hash: string): readonly Stroke[] | null {
  if (!isLink(hash)) return null;
  const bytes = decodeBase64(hash.slice(HASH.length));
  const strokes: StrokePart[][] = [];
  for (let at = 0; at < bytes.length; ) {
    const [width = 0, high = 0, low = 0] = bytes.slice(at, at + HEADER_BYTES);
    const header = high * 256 + low;
    const start = at + HEADER_BYTES;
    at = start + (header & MAX_POINTS) * POINT_BYTES;
    // An address that was cut off or typed.
    if (width === 0 || at === start || at > bytes.length) return null;
    if ((header & NEW_STROKE) !== 0) strokes.push([]);
    const points = decodePoints(bytes.slice(start, at));
    strokes.at(-1)?.push({ width: width / WIDTH_STEPS, points });
  }
  return strokes.length === 0 ? null : strokes;
}

/** Returns a command that sends an image, as a data: URL, to the API. */
export function toCurl(endpoint: string, dataUrl: string): string {
  return [
    `curl ${endpoint}`,
    "--header 'Content-Type: application/json'",
    `--data '{"image": "${dataUrl}"}'`,
  ].join(" \\\n  ");
}

export function toJson(prediction: Prediction): string {
  return JSON.stringify(prediction, null, 2);
}

function encodePart({ width, points }: StrokePart, first: boolean): number[] {
  const kept = points.slice(0, MAX_POINTS);
  const header = kept.length | (first ? NEW_STROKE : 0);
  return [
    Math.round(width * WIDTH_STEPS),
    header >> 8,
    header & 0xff,
    ...kept.flatMap(({ x, y }) => {
      const [column, row] = [toSteps(x), toSteps(y)];
      return [column >> 4, ((column & 0xf) << 4) | (row >> 8), row & 0xff];
    }),
  ];
}

function decodePoints(bytes: readonly number[]): Point[] {
  return Array.from({ length: bytes.length / POINT_BYTES }, (_, index) => {
    const at = index * POINT_BYTES;
    const [first = 0, middle = 0, last = 0] = bytes.slice(at, at + POINT_BYTES);
    return {
      x: fromSteps((first << 4) | (middle >> 4)),
      y: fromSteps(((middle & 0xf) << 8) | last),
    };
  });
}

function toSteps(coordinate: number): number {
  const fraction = (coordinate + MARGIN) / (1 + 2 * MARGIN);
  return Math.round(Math.min(1, Math.max(0, fraction)) * POINT_STEPS);
}

function fromSteps(steps: number): number {
  return (steps / POINT_STEPS) * (1 + 2 * MARGIN) - MARGIN;
}

function decodeBase64(text: string): number[] {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return [];
  }
}
