import { describe, expect, it } from "vitest";
import { MAX_PICTURE_BYTES, whyRefused } from "./picture";

function file(size: number, type = "image/jpeg") {
  return new Blob([new Uint8Array(size)], { type });
}

describe("whyRefused", () => {
  it("lets a picture of exactly the limit pass", () => {
    expect(whyRefused(file(MAX_PICTURE_BYTES))).toBeNull();
  });

  it("names both sizes when one byte is too many", () => {
    expect(whyRefused(file(MAX_PICTURE_BYTES + 1))).toBe(
      "That picture is 4.1 MB, and the recogniser takes at most 4 MB",
    );
  });

  it.each(["text/plain", "application/json", ""])("refuses a file of type %o", (type) => {
    expect(whyRefused(file(10, type))).toBe("That file is not a picture");
  });
});
