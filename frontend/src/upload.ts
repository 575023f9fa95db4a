/** Image files from the user: validation, and compression before the upload. */

import { ApiError } from "./api";

/** The API's default limit; larger files that the browser cannot decode are not sent. */
const MAX_BYTES = 4_000_000;

/** The largest file that the browser is asked to decode. */
export const MAX_DECODE_BYTES = 50_000_000;
const MAX_DECODE_PIXELS = 100_000_000;

/** Files up to this size are sent unchanged; larger ones are compressed to about this size. */
const UPLOAD_TARGET_BYTES = 15_000;

/** Pixels of the longer side, about what recognition needs: the model input has 28×28. */
const UPLOAD_MAX_SIDE = 400;

const BEST_QUALITY = 0.85;
const LOWER_QUALITIES = [0.6, 0.35, 0.1];

/** Returns one sentence on why a file is rejected; null if it is accepted. */
export function rejectionReason(file: Blob): string | null {
  if (!file.type.startsWith("image/")) return "That file is not an image";
  return file.size > MAX_DECODE_BYTES ? tooLarge(file, MAX_DECODE_BYTES, "this page") : null;
}

/**
 * Returns the image, upright and compressed to about UPLOAD_TARGET_BYTES. An image that this
 * browser cannot decode is returned unchanged, so that the API can recognize or reject it.
 * Throws ApiError if such an image is too large for the API.
 */
export async function compressForUpload(file: Blob): Promise<Blob> {
  if (file.size <= UPLOAD_TARGET_BYTES) return file;
  const image = await decode(file);
  if (image !== null) return downscale(image);
  if (file.size <= MAX_BYTES) return file;
  const message = tooLarge(file, MAX_BYTES, "the recognizer");
  throw new ApiError({ message, retryable: false });
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

async function downscale(image: HTMLImageElement): Promise<Blob> {
  const { naturalWidth, naturalHeight } = image;
  const scale = Math.min(1, UPLOAD_MAX_SIDE / Math.max(naturalWidth, naturalHeight));
  const width = Math.max(1, Math.round(naturalWidth * scale));
  const height = Math.max(1, Math.round(naturalHeight * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser has no 2D canvas");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  // WebP preserves transparency. Browsers that cannot encode it return PNG, which is larger.
  let smallest = await canvas.convertToBlob({ type: "image/webp", quality: BEST_QUALITY });
  for (const quality of LOWER_QUALITIES) {
    if (smallest.size <= UPLOAD_TARGET_BYTES || smallest.type !== "image/webp") break;
    smallest = await canvas.convertToBlob({ type: "image/webp", quality });
  }
  return smallest;
}

function tooLarge(file: Blob, maxBytes: number, acceptedBy: string): string {
  const size = (Math.ceil(file.size / 100_000) / 10).toFixed(1);
  return `That image is ${size} MB; ${acceptedBy} accepts at most ${maxBytes / 1_000_000} MB`;
}
