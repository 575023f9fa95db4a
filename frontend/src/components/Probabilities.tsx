import type { CSSProperties } from "react";
import type { Answer } from "../api";
import { DIGITS, favourites, percent } from "../verdict";

export function Probabilities({ answer }: { readonly answer: Answer | undefined }) {
  const favoured = answer === undefined ? [] : favourites(answer);
  return (
    <dl className="probabilities" aria-label="Probability of each digit">
      {DIGITS.map((digit) => {
        const share = answer?.probabilities[digit];
        const length = { "--share": share ?? 0 } as CSSProperties;
        return (
          <div key={digit} className="probability" data-favoured={favoured.includes(digit)}>
            <dt>{digit}</dt>
            <dd data-testid={`probability-${digit}`}>
              <span className="probability-bar" style={length} />
              <span className="probability-number">
                {share === undefined ? "" : percent(share)}
              </span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
