/** The API's own limit; a bigger picture is refused here, before it travels. */
export const MAX_PICTURE_BYTES = 4_000_000;

/** Why this file cannot be sent, in one sentence; null if it can. */
export function whyRefused(file: Blob): string | null {
  if (!file.type.startsWith("image/")) return "That file is not a picture";
  if (file.size > MAX_PICTURE_BYTES) {
    const size = (Math.ceil(file.size / 100_000) / 10).toFixed(1);
    return `That picture is ${size} MB, and the recogniser takes at most 4 MB`;
  }
  return null;
}
