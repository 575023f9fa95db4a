import { type Dispatch, memo } from "react";
import { useFocusFallback } from "../hooks/useFocusFallback";
import type { RecognizerAction } from "../reducer";

interface StatusProps {
  readonly message: string;
  /** How long the prediction took; empty if there is none. */
  readonly timing: string;
  readonly busy: boolean;
  /** The message is long, so it is shown in a smaller font. */
  readonly small: boolean;
  readonly canRetry: boolean;
  /** Until the automatic retry; null if there will be none. */
  readonly secondsToRetry: number | null;
  readonly dispatch: Dispatch<RecognizerAction>;
}

export const Status = memo(function Status(props: StatusProps) {
  const { message, timing, busy, small, canRetry, secondsToRetry, dispatch } = props;
  return (
    <div className="status" data-busy={busy} data-small={small} {...useFocusFallback()}>
      <div>
        <p className="status-message" data-testid="status-message">
          {message}
        </p>
        <p className="timing">{timing}</p>
      </div>
      {canRetry && (
        <button type="button" onClick={() => dispatch({ type: "retried" })}>
          Try again
          {/* Hidden from screen readers, which would read each second. */}
          <span className="countdown" aria-hidden="true">
            {secondsToRetry !== null && ` in ${secondsToRetry} s`}
          </span>
        </button>
      )}
    </div>
  );
});
