interface StatusProps {
  readonly message: string;
  readonly busy: boolean;
  /** The message describes an error, which is shown in a smaller font. */
  readonly error: boolean;
  readonly canRetry: boolean;
  readonly onRetry: () => void;
}

export function Status({ message, busy, error, canRetry, onRetry }: StatusProps) {
  return (
    <div className="status" data-busy={busy} data-error={error}>
      <p className="status-message" data-testid="status-message">
        {message}
      </p>
      {canRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
