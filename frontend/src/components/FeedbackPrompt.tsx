import { type Dispatch, type FormEvent, memo, type ReactNode, useId } from "react";
import { useFocusFallback } from "../hooks/useFocusFallback";
import { DIGITS, withArticle } from "../messages";
import { MAX_LABEL_LENGTH } from "../numbers";
import type { FeedbackState, Label, RecognizerAction } from "../reducer";

interface FeedbackPromptProps {
  /** False if there is no prediction to ask about. */
  readonly open: boolean;
  /** The label that confirms the prediction. */
  readonly predicted: Label;
  /** The model doubts it, so that the page names other labels, too. */
  readonly unsure: boolean;
  /** The API stores model inputs, so the prompt includes the consent checkbox. */
  readonly storesInputs: boolean;
  readonly feedback: FeedbackState;
  readonly onSubmit: (label: Label) => void;
  readonly dispatch: Dispatch<RecognizerAction>;
}

/** Asks whether the prediction is correct. Nothing is sent before the user presses a button. */
export const FeedbackPrompt = memo(function FeedbackPrompt(props: FeedbackPromptProps) {
  const { open, predicted, unsure, storesInputs, feedback, onSubmit, dispatch } = props;
  const { asking, failure } = feedback;
  const number = typeof predicted === "string" ? predicted : "";
  // "Is it a 4 or a 9?" has no answer "Yes".
  const question =
    unsure && typeof predicted === "number"
      ? `Is it ${withArticle(predicted)}?`
      : "Is that correct?";
  const focusFallback = useFocusFallback();
  const consent = storesInputs && (
    <Consent
      given={feedback.storeInput}
      onChange={(storeInput) => dispatch({ type: "consentChanged", storeInput })}
    />
  );
  const ask = (asking: "digit" | "number") => dispatch({ type: "correctionStarted", asking });
  const done = open && asking === "nothing";
  const back = (
    <button type="button" onClick={() => dispatch({ type: "feedbackReopened" })}>
      Back
    </button>
  );

  return (
    <div className="feedback" {...focusFallback}>
      {open && asking === "correct" && (
        <Question text={question} consent={consent} className="yes-or-no">
          <button type="button" onClick={() => onSubmit(predicted)}>
            Yes
          </button>
          <button type="button" onClick={() => ask(number === "" ? "digit" : "number")}>
            It was …
          </button>
          {predicted !== null && (
            <button type="button" onClick={() => onSubmit(null)}>
              No digit
            </button>
          )}
        </Question>
      )}
      {open && asking === "number" && (
        <Question text="Which number was it?" consent={consent} className="number">
          <NumberForm predicted={number} back={back} onSubmit={onSubmit} />
        </Question>
      )}
      {open && asking === "digit" && (
        <Question text="Which digit was it?" consent={consent} className="digits">
          {DIGITS.map((digit) => (
            <button
              key={digit}
              type="button"
              aria-label={`It was ${withArticle(digit)}`}
              onClick={() => onSubmit(digit)}
            >
              {digit}
            </button>
          ))}
          <button type="button" aria-label="It was 10+" onClick={() => ask("number")}>
            10+
          </button>
          {back}
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

interface NumberFormProps {
  /** Empty if it was no number. */
  readonly predicted: string;
  /** A button that leaves the question. */
  readonly back: ReactNode;
  readonly onSubmit: (label: Label) => void;
}

/** A field for digits, in which the prediction can be corrected or replaced. */
function NumberForm({ predicted, back, onSubmit }: NumberFormProps) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("number")).trim();
    onSubmit(text.length === 1 ? Number(text) : text.replace(/ +/g, " "));
  }

  return (
    <form onSubmit={submit}>
      <input
        name="number"
        aria-label="Digits, with a space between numbers"
        title="Digits, with a space between numbers"
        defaultValue={predicted}
        // The numeric keyboard of iOS has no space.
        inputMode={predicted.includes(" ") ? "text" : "numeric"}
        autoComplete="off"
        required
        pattern=" *[0-9]+( +[0-9]+)* *"
        maxLength={MAX_LABEL_LENGTH}
        // biome-ignore lint/a11y/noAutofocus: the user has just asked to type
        autoFocus
        onFocus={(event) => event.target.select()}
      />
      <button type="submit">Send</button>
      {back}
    </form>
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
