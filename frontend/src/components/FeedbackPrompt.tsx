import { type ReactNode, useId, useState } from "react";
import type { ApiFailure } from "../api";
import { DIGITS, withArticle } from "../messages";
import type { RecognizerState } from "../reducer";

interface FeedbackPromptProps {
  /** The predicted digit; null if the prediction is not a digit. */
  readonly predicted: number | null;
  /** The API stores model inputs, so the prompt includes the consent checkbox. */
  readonly storesInputs: boolean;
  readonly feedback: RecognizerState["feedback"];
  /** The label is the digit that was drawn; null if it was not a digit. */
  readonly onSubmit: (label: number | null, storeInput: boolean) => void;
}

/** Asks whether the prediction is correct. Nothing is sent before the user presses a button. */
export function FeedbackPrompt({
  predicted,
  storesInputs,
  feedback,
  onSubmit,
}: FeedbackPromptProps) {
  const [choosingLabel, setChoosingLabel] = useState(false);
  const [reopened, setReopened] = useState(false);
  // Initially unchecked for each prediction: consent covers one drawing only.
  const [storeInput, setStoreInput] = useState(false);

  function submit(label: number | null) {
    setReopened(false);
    onSubmit(label, storeInput);
  }

  function reopen() {
    setChoosingLabel(false);
    setReopened(true);
  }

  if (feedback !== "none" && !reopened) {
    return <Outcome feedback={feedback} onReopen={reopen} />;
  }
  const consent = storesInputs && <Consent given={storeInput} onChange={setStoreInput} />;
  if (!choosingLabel) {
    return (
      <Question text="Is that correct?" consent={consent} className="yes-or-no">
        <button type="button" onClick={() => submit(predicted)}>
          Yes
        </button>
        <button type="button" onClick={() => setChoosingLabel(true)}>
          It was …
        </button>
        {predicted !== null && (
          <button type="button" onClick={() => submit(null)}>
            No digit
          </button>
        )}
      </Question>
    );
  }
  return (
    <Question text="Which digit was it?" consent={consent} className="digits">
      {DIGITS.map((digit) => (
        <button
          key={digit}
          type="button"
          aria-label={`It was ${withArticle(digit)}`}
          onClick={() => submit(digit)}
        >
          {digit}
        </button>
      ))}
    </Question>
  );
}

interface QuestionProps {
  readonly text: string;
  readonly consent: ReactNode;
  readonly className: string;
  readonly children: ReactNode;
}

/** A question. The checkbox comes before the buttons, because a button submits immediately. */
function Question({ text, consent, className, children }: QuestionProps) {
  const id = useId();
  return (
    <>
      <div className="question">
        <p id={id}>{text}</p>
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
      Save this drawing for training
    </label>
  );
}

interface OutcomeProps {
  readonly feedback: "sent" | ApiFailure;
  readonly onReopen: () => void;
}

/** The outcome, with a button to correct the label: later feedback replaces earlier feedback. */
function Outcome({ feedback, onReopen }: OutcomeProps) {
  const sent = feedback === "sent";
  return (
    <div className="outcome">
      <p role="status">{sent ? "Thank you" : feedback.message}</p>
      {(sent || feedback.retryable) && (
        <button type="button" onClick={onReopen}>
          {sent ? "Change" : "Send again"}
        </button>
      )}
    </div>
  );
}
