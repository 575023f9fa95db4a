import { type CSSProperties, memo } from "react";
import type { Prediction } from "../api";
import { DIGITS, percent, topDigits } from "../messages";

export const Probabilities = memo(function Probabilities({
  prediction,
}: {
  readonly prediction: Prediction | undefined;
}) {
  // Those of a blank image are all the same, and mean nothing.
  const probabilities =
    prediction === undefined || prediction.verdict === "blank" ? [] : prediction.probabilities;
  const top = prediction === undefined ? [] : topDigits(prediction);
  return (
    <dl className="probabilities" aria-label="Probability of each digit">
      {DIGITS.map((digit) => {
        const probability = probabilities[digit];
        const style = { "--probability": probability ?? 0 } as CSSProperties;
        return (
          <div key={digit} className="probability" data-top={top.includes(digit)}>
            <dt>{digit}</dt>
            <dd data-testid={`probability-${digit}`}>
              <span className="probability-bar" style={style} />
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
