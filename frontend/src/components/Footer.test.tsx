// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { Footer } from "./Footer";

afterEach(() => {
  cleanup();
  vi.unstubAllEnvs();
});

it("links to the source if the build knows where it is", () => {
  vi.stubEnv("VITE_SOURCE_URL", "https://github.com/me/fork");
  render(<Footer />);
  const link = screen.getByRole("link", { name: "Source" });
  expect(link.getAttribute("href")).toBe("https://github.com/me/fork");
});

it("has no link to a source that the build does not know", () => {
  vi.stubEnv("VITE_SOURCE_URL", "");
  render(<Footer />);
  expect(screen.queryByRole("link", { name: "Source" })).toBeNull();
});
