import { describe, expect, it } from "vitest";
import { MAX_DECODE_BYTES, rejectionReason } from "./upload";

function file(size: number, type = "image/jpeg") {
  return { size, type } as Blob;
}

describe("rejectionReason", () => {
  it("is null for an image of exactly the limit", () => {
    expect(rejectionReason(file(MAX_DECODE_BYTES))).toBeNull();
  });

  it("names the size and the limit for an image one byte over the limit", () => {
    expect(rejectionReason(file(MAX_DECODE_BYTES + 1))).toBe(
      "That image has 50.1 MB. This page takes at most 50 MB.",
    );
  });

  it.each(["text/plain", "application/json", ""])("rejects a file of type %o", (type) => {
    expect(rejectionReason(file(10, type))).toBe(
      "This page can't read that file. Use a PNG or JPEG.",
    );
  });
});
