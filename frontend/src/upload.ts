/** Pictures that people bring: whether they can be sent, and made small for the way. */

import { ApiError } from "./api";

/** The API's own limit; a bigger file that cannot be made smaller is not sent. */
const MOST_BYTES = 4_000_000;

/** What the browser will be asked to open, at most. */
export const MOST_BYTES_OPENED = 50_000_000;
const MOST_PIXELS_OPENED = 100_000_000;

/** A picture of so few bytes travels as it is. */
const FEW_BYTES = 15_000;

/** Pixels: about what a drawing needs; the model sees 28 of its own. */
const TRAVEL_SIDE = 400;

const BEST_QUALITY = 0.85;
const LOWER_QUALITIES = [0.6, 0.35, 0.1];

/** Why this file cannot be taken, in one sentence; null if it can. */
export function whyRefused(file: Blob): string | null {
  if (!file.type.startsWith("image/")) return "That file is not a picture";
  return file.size > MOST_BYTES_OPENED ? tooBig(file, MOST_BYTES_OPENED, "this page") : null;
}

/**
 * The picture, upright, in as few bytes as reading it takes. One that this
 * browser cannot open goes as it is: the API says what is wrong with it.
 */
export async function forTravel(file: Blob): Promise<Blob> {
  if (file.size <= FEW_BYTES) return file;
  const image = await open(file);
  if (image !== null) return shrink(image);
  if (file.size <= MOST_BYTES) return file;
  const sentence = tooBig(file, MOST_BYTES, "the recogniser");
  throw new ApiError({ sentence, passing: false });
}

async function open(file: Blob): Promise<HTMLImageElement | null> {
  const url = URL.createObjectURL(file);
  const image = new Image();
  try {
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = reject;
      image.src = url;
    });
    const pixels = image.naturalWidth * image.naturalHeight;
    return pixels > 0 && pixels <= MOST_PIXELS_OPENED ? image : null;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function shrink(image: HTMLImageElement): Promise<Blob> {
  const { naturalWidth, naturalHeight } = image;
  const scale = Math.min(1, TRAVEL_SIDE / Math.max(naturalWidth, naturalHeight));
  const width = Math.max(1, Math.round(naturalWidth * scale));
  const height = Math.max(1, Math.round(naturalHeight * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser offers no 2D canvas");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  // WebP keeps what is transparent. A browser that cannot write it writes PNG, which is larger.
  let smallest = await canvas.convertToBlob({ type: "image/webp", quality: BEST_QUALITY });
  for (const quality of LOWER_QUALITIES) {
    if (smallest.size <= FEW_BYTES || smallest.type !== "image/webp") break;
    smallest = await canvas.convertToBlob({ type: "image/webp", quality });
  }
  return smallest;
}

function tooBig(file: Blob, most: number, who: string): string {
  const size = (Math.ceil(file.size / 100_000) / 10).toFixed(1);
  return `That picture is ${size} MB, and ${who} takes at most ${most / 1_000_000} MB`;
}
