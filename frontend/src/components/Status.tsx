interface StatusProps {
  readonly sentence: string;
  readonly working: boolean;
  readonly troubled: boolean;
  readonly canRetry: boolean;
  readonly onRetry: () => void;
}

export function Status({ sentence, working, troubled, canRetry, onRetry }: StatusProps) {
  return (
    <div className="status" data-working={working} data-troubled={troubled}>
      <p className="verdict" data-testid="verdict">
        {sentence}
      </p>
      {canRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
