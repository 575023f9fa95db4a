import { type Dispatch, memo, type ReactNode, useId } from "react";
import { useFocusFallback } from "../hooks/useFocusFallback";
import { DIGITS, withArticle } from "../messages";
import type { FeedbackState, RecognizerAction } from "../reducer";

interface FeedbackPromptProps {
  /** False if there is no prediction to ask about. */
  readonly open: boolean;
  /** The predicted digit; null if the prediction is not a digit. */
  readonly predicted: number | null;
  /** The API stores model inputs, so the prompt includes the consent checkbox. */
  readonly storesInputs: boolean;
  readonly feedback: FeedbackState;
  /** The label is the digit that was drawn; null if it was not a digit. */
  readonly onSubmit: (label: number | null) => void;
  readonly dispatch: Dispatch<RecognizerAction>;
}

/** Asks whether the prediction is correct. Nothing is sent before the user presses a button. */
export const FeedbackPrompt = memo(function FeedbackPrompt(props: FeedbackPromptProps) {
  const { open, predicted, storesInputs, feedback, onSubmit, dispatch } = props;
  const { asking, failure } = feedback;
  const focusFallback = useFocusFallback();
  const consent = storesInputs && (
    <Consent
      given={feedback.storeInput}
      onChange={(storeInput) => dispatch({ type: "consentChanged", storeInput })}
    />
  );
  const done = open && asking === "nothing";

  return (
    <div className="feedback" {...focusFallback}>
      {open && asking === "correct" && (
        <Question text="Is that correct?" consent={consent} className="yes-or-no">
          <button type="button" onClick={() => onSubmit(predicted)}>
            Yes
          </button>
          <button type="button" onClick={() => dispatch({ type: "correctionStarted" })}>
            It was …
          </button>
          {predicted !== null && (
            <button type="button" onClick={() => onSubmit(null)}>
              No digit
            </button>
          )}
        </Question>
      )}
      {open && asking === "label" && (
        <Question text="Which digit was it?" consent={consent} className="digits">
          {DIGITS.map((digit) => (
            <button
              key={digit}
              type="button"
              aria-label={`It was ${withArticle(digit)}`}
              aria-keyshortcuts={String(digit)}
              onClick={() => onSubmit(digit)}
            >
              {digit}
            </button>
          ))}
        </Question>
      )}
      <div className="outcome">
        {/* Always there: screen readers often miss a region that appears with its text. */}
        <p role="status">{done && (failure?.message ?? "Thank you")}</p>
        {done && failure === null && (
          // Later feedback replaces earlier feedback.
          <button type="button" onClick={() => dispatch({ type: "feedbackReopened" })}>
            Change
          </button>
        )}
        {done && failure?.retryable && (
          <button type="button" onClick={() => onSubmit(feedback.label)}>
            Send again
          </button>
        )}
      </div>
    </div>
  );
});

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
      <fieldset className={className} aria-labelledby={id} tabIndex={-1}>
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
