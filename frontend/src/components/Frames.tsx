import { memo } from "react";
import type { PlacedDigit } from "../numbers";
import type { Size } from "../upload";

interface FramesProps {
  readonly digits: readonly PlacedDigit[];
  /** Of the image in which the digits are; it is shown as large as it fits, in the middle. */
  readonly size: Size;
  /** Index of the digit whose frame is emphasized. */
  readonly chosen: number;
}

/** The space between a digit and its frame, as a fraction of the image's longer side. */
const PADDING = 0.012;

/** A thin frame around each digit, where it was found. */
export const Frames = memo(function Frames({ digits, size, chosen }: FramesProps) {
  const { width, height } = size;
  const padding = PADDING * Math.max(width, height);
  return (
    <svg className="frames" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {digits.map(({ box: [left, top, boxWidth, boxHeight], verdict }, index) => (
        <rect
          key={[left, top, boxWidth, boxHeight].join()}
          x={left - padding}
          y={top - padding}
          width={boxWidth + 2 * padding}
          height={boxHeight + 2 * padding}
          data-chosen={index === chosen}
          data-verdict={verdict}
        />
      ))}
    </svg>
  );
});
