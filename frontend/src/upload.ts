/** The image that is sent to the API; validation and compression of files from the user. */

import { ApiError } from "./api";
import type { Drawing } from "./history";
import { RENDER_SIDE, renderStrokes } from "./strokes";

/** The API's default limit; larger files that the browser cannot decode are not sent. */
const MAX_BYTES = 4_000_000;

/** The largest file that the browser is asked to decode. */
export const MAX_DECODE_BYTES = 50_000_000;
const MAX_DECODE_PIXELS = 100_000_000;

const UNREADABLE = "This page can't read that file. Use a PNG or JPEG.";

/** Files up to this size are sent unchanged; larger ones are compressed to this size. */
const UPLOAD_TARGET_BYTES = 15_000;

/** What the API decodes. Of the other formats, browsers show SVG, AVIF and more. */
const API_TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"];

/** Pixels of the longer side, about what recognition needs: the model input has 28×28. */
const UPLOAD_MAX_SIDE = 400;

/** From the best to the smallest, which fits any image. */
const ENCODINGS = [
  { side: UPLOAD_MAX_SIDE, quality: 0.85 },
  { side: UPLOAD_MAX_SIDE, quality: 0.6 },
  { side: UPLOAD_MAX_SIDE, quality: 0.35 },
  { side: UPLOAD_MAX_SIDE, quality: 0.1 },
  { side: UPLOAD_MAX_SIDE / 2, quality: 0.1 },
];

/** Pixels of an image, turned upright. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** An image as it is sent to the API. */
export interface SentImage {
  readonly blob: Blob;
  /** Null if this browser cannot decode the image. */
  readonly size: Size | null;
}

/** Returns a drawing as it is sent to the API. */
export async function toImage({ strokes, image }: Drawing): Promise<SentImage> {
  return image === null
    ? { blob: await renderStrokes(strokes), size: { width: RENDER_SIDE, height: RENDER_SIDE } }
    : compressForUpload(image);
}

/** Returns one sentence on why a file is rejected; null if it is accepted. */
export function rejectionReason(file: Blob): string | null {
  // A browser that does not know HEIC gives it no type, like a folder.
  if (!file.type.startsWith("image/")) return UNREADABLE;
  if (file.size <= MAX_DECODE_BYTES) return null;
  const size = (Math.ceil(file.size / 100_000) / 10).toFixed(1);
  return `That image has ${size} MB. This page takes at most ${MAX_DECODE_BYTES / 1e6} MB.`;
}

/**
 * Returns the image in a format of the API, upright and in at most UPLOAD_TARGET_BYTES. An image
 * that this browser cannot decode is returned unchanged, so that the API can recognize or reject it.
 * Throws ApiError if such an image is too large for the API.
 */
async function compressForUpload(file: Blob): Promise<SentImage> {
  const image = await decode(file);
  if (file.size <= UPLOAD_TARGET_BYTES && API_TYPES.includes(file.type)) {
    return {
      blob: file,
      size: image && { width: image.naturalWidth, height: image.naturalHeight },
    };
  }
  if (image !== null) return encode(image, file.type === "image/svg+xml");
  if (file.size <= MAX_BYTES) return { blob: file, size: null };
  throw new ApiError({ message: UNREADABLE, retryable: false });
}

async function decode(file: Blob): Promise<HTMLImageElement | null> {
  const url = URL.createObjectURL(file);
  const image = new Image();
  try {
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = reject;
      image.src = url;
    });
    const pixels = image.naturalWidth * image.naturalHeight;
    return pixels > 0 && pixels <= MAX_DECODE_PIXELS ? image : null;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function encode(image: HTMLImageElement, scalable: boolean): Promise<SentImage> {
  let encoded: SentImage | undefined;
  for (const { side, quality } of ENCODINGS) {
    const canvas = render(image, side, scalable);
    // WebP preserves transparency. Browsers that cannot encode it return PNG, which is larger.
    let blob = await canvas.convertToBlob({ type: "image/webp", quality });
    if (blob.type !== "image/webp" && blob.size > UPLOAD_TARGET_BYTES) {
      blob = await onWhite(canvas).convertToBlob({ type: "image/jpeg", quality });
    }
    encoded = { blob, size: { width: canvas.width, height: canvas.height } };
    if (blob.size <= UPLOAD_TARGET_BYTES) break;
  }
  if (encoded === undefined) throw new Error("There are no encodings");
  return encoded;
}

/** Draws an image whose longer side has at most the given pixels; exactly, if it is scalable. */
function render(image: HTMLImageElement, side: number, scalable: boolean): OffscreenCanvas {
  const { naturalWidth, naturalHeight } = image;
  const fit = side / Math.max(naturalWidth, naturalHeight);
  const scale = scalable ? fit : Math.min(1, fit);
  const width = Math.max(1, Math.round(naturalWidth * scale));
  const height = Math.max(1, Math.round(naturalHeight * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  return canvas;
}

/** Returns a canvas without transparency, which JPEG would turn into black. */
function onWhite(canvas: OffscreenCanvas): OffscreenCanvas {
  const opaque = new OffscreenCanvas(canvas.width, canvas.height);
  const context = contextOf(opaque);
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(canvas, 0, 0);
  return opaque;
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser has no 2D canvas");
  return context;
}
