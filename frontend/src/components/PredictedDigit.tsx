import { memo, useRef } from "react";
import type { Prediction } from "../api";
import { useFigureMetrics } from "../hooks/useFigureMetrics";

interface PredictedDigitProps {
  readonly prediction: Prediction | undefined;
}

export const PredictedDigit = memo(function PredictedDigit({
  prediction,
}: PredictedDigitProps) {
  const element = useRef<HTMLParagraphElement>(null);
  const style = useFigureMetrics(element);
  const digit = prediction?.digit ?? "";
  return (
    <p
      ref={element}
      className="predicted-digit"
      data-testid="predicted-digit"
      data-verdict={prediction?.verdict}
      style={style}
    >
      {/* The key creates a new element for a new digit, which restarts its animation. */}
      <span key={digit}>{digit}</span>
    </p>
  );
});
