import type { Prediction } from "../api";

interface PredictedDigitProps {
  readonly prediction: Prediction | undefined;
}

export function PredictedDigit({ prediction }: PredictedDigitProps) {
  const digit = prediction?.digit ?? "";
  return (
    <p
      className="predicted-digit"
      data-testid="predicted-digit"
      data-verdict={prediction?.verdict}
    >
      {/* The key creates a new element for a new digit, which restarts its animation. */}
      <span key={digit}>{digit}</span>
    </p>
  );
}
