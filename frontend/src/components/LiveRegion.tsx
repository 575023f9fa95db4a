import { useEffect, useState } from "react";

interface LiveRegionProps {
  readonly message: string;
  /** False while the user is drawing, when the message may change at any moment. */
  readonly settled: boolean;
}

/** Longer than the pause between two strokes of one digit. */
const ANNOUNCE_AFTER_MS = 1000;

/** Announces a message to screen readers once it has settled, not after every stroke. */
export function LiveRegion({ message, settled }: LiveRegionProps) {
  const [announced, setAnnounced] = useState("");

  useEffect(() => {
    if (!settled) {
      // Only a change is announced, and the next message may be the same.
      setAnnounced("");
      return;
    }
    const timer = setTimeout(() => setAnnounced(message), ANNOUNCE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [message, settled]);

  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {announced}
    </p>
  );
}
