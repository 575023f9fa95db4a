import { type CSSProperties, memo, useRef } from "react";
import type { Prediction } from "../api";
import { useFigureMetrics } from "../hooks/useFigureMetrics";
import { linesOf } from "../numbers";

interface PredictedDigitProps {
  readonly prediction: Prediction | undefined;
}

/** More numbers are in several columns. */
const MAX_ROWS = 4;

/** Digits that fit into the width of a phone, for each row that fits into the height it spares. */
const PHONE_DIGITS_PER_ROW = 7;

/** The predicted digit or, a line each, the predicted numbers. */
export const PredictedDigit = memo(function PredictedDigit({
  prediction,
}: PredictedDigitProps) {
  const element = useRef<HTMLParagraphElement>(null);
  const metrics = useFigureMetrics(element);
  const lines = prediction === undefined ? [] : linesOf(prediction);
  const count = Math.max(1, lines.length);
  const columns = Math.ceil(count / MAX_ROWS);
  // With a space between columns.
  const longest = 1 + Math.max(1, ...lines.map(({ length }) => length));
  const phoneColumns = largestOnPhone(count, longest);
  const layout = {
    "--rows": Math.ceil(count / columns),
    "--length": columns * longest - 1,
    "--phone-columns": phoneColumns,
    "--phone-rows": Math.ceil(count / phoneColumns),
    "--phone-length": phoneColumns * longest - 1,
  };
  return (
    <p
      ref={element}
      className="predicted-digit"
      dir="ltr"
      data-testid="predicted-digit"
      data-verdict={prediction?.verdict}
      style={{ ...metrics, ...layout } as CSSProperties}
    >
      {lines.map((digits, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a number is its place
        <span key={line}>
          {line > 0 && " "}
          {digits.map(({ digit, verdict }, place) => (
            // A new digit is a new element, which restarts its animation.
            // biome-ignore lint/suspicious/noArrayIndexKey: a digit is its place, too
            <span key={`${place}: ${digit}`} data-verdict={verdict}>
              {digit}
            </span>
          ))}
        </span>
      ))}
    </p>
  );
});

/** Returns the number of columns in which numbers are largest on a phone. */
function largestOnPhone(count: number, longest: number): number {
  const extent = (columns: number) =>
    Math.max(PHONE_DIGITS_PER_ROW * Math.ceil(count / columns), columns * longest - 1);
  return Array.from({ length: count }, (_, index) => index + 1).reduce((best, columns) =>
    extent(columns) < extent(best) ? columns : best,
  );
}
