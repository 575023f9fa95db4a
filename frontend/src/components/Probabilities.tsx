import { type CSSProperties, memo } from "react";
import type { Evidence } from "../evidence";
import { useFocusFallback } from "../hooks/useFocusFallback";
import { DIGITS, percent, topDigits } from "../messages";
import type { Reading } from "../numbers";

interface ProbabilitiesProps {
  readonly reading: Reading | undefined;
  /** The digit for which the evidence is shown. */
  readonly explained: number | undefined;
  readonly onExplain: (evidence: Evidence | null) => void;
}

export const Probabilities = memo(function Probabilities({
  reading,
  explained,
  onExplain,
}: ProbabilitiesProps) {
  // Those of a blank image are all the same, and mean nothing.
  const probabilities = (reading?.verdict !== "blank" && reading?.probabilities) || [];
  const top = reading === undefined ? [] : topDigits(reading);
  return (
    <dl
      className="probabilities"
      aria-label="Probability of each digit"
      {...useFocusFallback<HTMLDListElement>()}
    >
      {DIGITS.map((digit) => {
        const probability = probabilities[digit];
        const evidence = reading?.evidence?.find((evidence) => evidence.digit === digit);
        const style = { "--probability": probability } as CSSProperties;
        return (
          <div key={digit} className="probability" data-top={top.includes(digit)}>
            <dt>{digit}</dt>
            <dd data-testid={`probability-${digit}`}>
              {evidence !== undefined ? (
                <button
                  type="button"
                  className="probability-bar"
                  style={style}
                  aria-label={`Show what speaks for ${digit}`}
                  aria-pressed={digit === explained}
                  // A touch has no hover, and Safari does not focus a button that is clicked.
                  onPointerEnter={(event) =>
                    event.pointerType === "mouse" && onExplain(evidence)
                  }
                  onPointerLeave={(event) => event.pointerType === "mouse" && onExplain(null)}
                  onFocus={() => onExplain(evidence)}
                  onBlur={() => onExplain(null)}
                  onClick={(event) => event.currentTarget.focus()}
                />
              ) : (
                <span className="probability-bar" style={style} />
              )}
              <span className="probability-number">
                {probability === undefined ? "" : percent(probability)}
              </span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
});
