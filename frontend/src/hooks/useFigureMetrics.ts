import { type CSSProperties, type RefObject, useLayoutEffect, useState } from "react";

/**
 * Returns custom properties with the height and width of an element's figures, and how far they
 * are above the middle of a line, in em. Which serif the system has decides them.
 */
export function useFigureMetrics(element: RefObject<HTMLElement | null>): CSSProperties {
  const [style, setStyle] = useState<CSSProperties>({});

  useLayoutEffect(() => {
    const context = new OffscreenCanvas(1, 1).getContext("2d");
    if (element.current === null || context === null) return;
    const { fontFamily, fontWeight } = getComputedStyle(element.current);
    context.font = `${fontWeight} 1000px ${fontFamily}`;
    const metrics = context.measureText("0123456789");
    const { actualBoundingBoxAscent: top, actualBoundingBoxDescent: bottom } = metrics;
    const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = metrics;
    const height = (top + bottom) / 1000;
    const rise = (top - bottom - (ascent - descent)) / 2 / 1000;
    const width = metrics.width / 10 / 1000;
    // Firefox 115 knows no bounding box of the font.
    if (!Number.isFinite(rise)) return;
    setStyle({
      "--figure-height": height,
      "--figure-width": width,
      "--figure-rise": rise,
    } as CSSProperties);
  }, [element]);

  return style;
}
