import { describe, expect, it } from "vitest";
import { MOST_BYTES_OPENED, whyRefused } from "./picture";

function file(size: number, type = "image/jpeg") {
  return { size, type } as Blob;
}

describe("whyRefused", () => {
  it("lets a picture of exactly the limit pass", () => {
    expect(whyRefused(file(MOST_BYTES_OPENED))).toBeNull();
  });

  it("names both sizes when one byte is too many", () => {
    expect(whyRefused(file(MOST_BYTES_OPENED + 1))).toBe(
      "That picture is 50.1 MB, and this page takes at most 50 MB",
    );
  });

  it.each(["text/plain", "application/json", ""])("refuses a file of type %o", (type) => {
    expect(whyRefused(file(10, type))).toBe("That file is not a picture");
  });
});
