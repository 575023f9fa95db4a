import type { Answer as AnswerData } from "../api";

export function Answer({ answer }: { readonly answer: AnswerData | undefined }) {
  const digit = answer?.digit ?? "";
  return (
    <p className="answer" data-testid="answer" data-verdict={answer?.verdict}>
      {/* The key makes a new digit a new mark, so that it is seen being written. */}
      <span key={digit}>{digit}</span>
    </p>
  );
}
