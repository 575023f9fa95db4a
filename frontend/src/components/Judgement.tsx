import { type ReactNode, useId, useState } from "react";
import type { Trouble } from "../api";
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
  const [askedAgain, setAskedAgain] = useState(false);

  function judge(digit: number) {
    setAskedAgain(false);
    onJudge(digit);
  }

  function askAgain() {
    setWrong(true);
    setAskedAgain(true);
  }

  if (judgement !== "none" && !askedAgain) {
    return <Outcome judgement={judgement} onAskAgain={askAgain} />;
  }
  if (!wrong && read !== null) {
    return (
      <Question words="Is that right?" className="yes-or-no">
        <button type="button" onClick={() => judge(read)}>
          Yes
        </button>
        <button type="button" onClick={() => setWrong(true)}>
          No, it was …
        </button>
      </Question>
    );
  }
  const words = read === null ? "If it was a digit, which?" : "Which digit was it?";
  return (
    <Question words={words} className="digits">
      {DIGITS.map((digit) => (
        <button
          key={digit}
          type="button"
          aria-label={`It was ${withArticle(digit)}`}
          onClick={() => judge(digit)}
        >
          {digit}
        </button>
      ))}
    </Question>
  );
}

interface QuestionProps {
  readonly words: string;
  readonly className: string;
  readonly children: ReactNode;
}

function Question({ words, className, children }: QuestionProps) {
  const id = useId();
  return (
    <>
      <p id={id}>{words}</p>
      <fieldset className={className} aria-labelledby={id}>
        {children}
      </fieldset>
    </>
  );
}

interface OutcomeProps {
  readonly judgement: "sent" | Trouble;
  readonly onAskAgain: () => void;
}

/** What is said last stays, so a slip of the finger can be put right. */
function Outcome({ judgement, onAskAgain }: OutcomeProps) {
  const sent = judgement === "sent";
  return (
    <div className="outcome">
      <p role="status">{sent ? "Thank you" : judgement.sentence}</p>
      {(sent || judgement.passing) && (
        <button type="button" onClick={onAskAgain}>
          {sent ? "Change" : "Say it again"}
        </button>
      )}
    </div>
  );
}
