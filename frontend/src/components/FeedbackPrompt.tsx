import { type ReactNode, useId, useState } from "react";
import type { Trouble } from "../api";
import type { RecogniserState } from "../recogniser";
import { DIGITS, withArticle } from "../verdict";

interface JudgementProps {
  /** The digit that was read; null if it was none. */
  readonly read: number | null;
  /** The API keeps drawings, of those who agree. */
  readonly keepsInk: boolean;
  readonly judgement: RecogniserState["judgement"];
  readonly onJudge: (digit: number, mayKeep: boolean) => void;
}

/** Asks whether the reading was right. Nothing is sent without a tap. */
export function Judgement({ read, keepsInk, judgement, onJudge }: JudgementProps) {
  const [wrong, setWrong] = useState(read === null);
  const [askedAgain, setAskedAgain] = useState(false);
  // Never ticked beforehand: who agreed to one drawing has not agreed to the next.
  const [mayKeep, setMayKeep] = useState(false);

  function judge(digit: number) {
    setAskedAgain(false);
    onJudge(digit, mayKeep);
  }

  function askAgain() {
    setWrong(true);
    setAskedAgain(true);
  }

  if (judgement !== "none" && !askedAgain) {
    return <Outcome judgement={judgement} onAskAgain={askAgain} />;
  }
  const consent = keepsInk && <Consent given={mayKeep} onChange={setMayKeep} />;
  if (!wrong && read !== null) {
    return (
      <Question words="Is that right?" consent={consent} className="yes-or-no">
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
    <Question words={words} consent={consent} className="digits">
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
  readonly consent: ReactNode;
  readonly className: string;
  readonly children: ReactNode;
}

/** The box comes before the buttons: a tap on one of those sends at once. */
function Question({ words, consent, className, children }: QuestionProps) {
  const id = useId();
  return (
    <>
      <div className="question">
        <p id={id}>{words}</p>
        {consent}
      </div>
      <fieldset className={className} aria-labelledby={id}>
        {children}
      </fieldset>
    </>
  );
}

interface ConsentProps {
  readonly given: boolean;
  readonly onChange: (given: boolean) => void;
}

function Consent({ given, onChange }: ConsentProps) {
  return (
    <label className="consent">
      <input
        type="checkbox"
        checked={given}
        onChange={(event) => onChange(event.target.checked)}
      />
      Keep this drawing to learn from
    </label>
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
