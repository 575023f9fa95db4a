import { useState } from "react";
import type { RecogniserState } from "../recogniser";
import { DIGITS, withArticle } from "../verdict";

interface JudgementProps {
  /** The digit that was read; null if it was none. */
  readonly read: number | null;
  readonly judgement: RecogniserState["judgement"];
  readonly onJudge: (digit: number) => void;
}

/** Asks whether the reading was right. Nothing is sent without a tap. */
export function Judgement({ read, judgement, onJudge }: JudgementProps) {
  const [wrong, setWrong] = useState(read === null);

  if (judgement === "sent") return <p role="status">Thank you</p>;
  if (judgement === "lost") return <p role="status">Thank you, but that did not get through</p>;
  if (!wrong && read !== null) {
    return (
      <>
        <p>Is that right?</p>
        <button type="button" onClick={() => onJudge(read)}>
          Yes
        </button>
        <button type="button" onClick={() => setWrong(true)}>
          No, it was …
        </button>
      </>
    );
  }
  return (
    <fieldset className="digits">
      <legend>{read === null ? "If it was a digit, which?" : "Which digit was it?"}</legend>
      {DIGITS.map((digit) => (
        <button
          key={digit}
          type="button"
          aria-label={`It was ${withArticle(digit)}`}
          onClick={() => onJudge(digit)}
        >
          {digit}
        </button>
      ))}
    </fieldset>
  );
}
