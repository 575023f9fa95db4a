import { useEffect, useState } from "react";

interface LiveRegionProps {
  readonly sentence: string;
  readonly settled: boolean;
}

/** Longer than the pause between two strokes of one digit. */
const SETTLED_AFTER_MS = 1000;

/** Speaks the sentence once it has stood for a while, not after every stroke. */
export function LiveRegion({ sentence, settled }: LiveRegionProps) {
  const [spoken, setSpoken] = useState("");

  useEffect(() => {
    if (!settled) return;
    const speak = setTimeout(() => setSpoken(sentence), SETTLED_AFTER_MS);
    return () => clearTimeout(speak);
  }, [sentence, settled]);

  return (
    <p className="only-spoken" role="status" aria-live="polite">
      {spoken}
    </p>
  );
}
