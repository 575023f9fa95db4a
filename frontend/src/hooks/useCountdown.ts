import { useEffect, useEffectEvent, useState } from "react";

/**
 * Calls a function after a delay, and returns the full seconds that are left until then. Both
 * the delay and the result are null while there is nothing to wait for.
 */
export function useCountdown(milliseconds: number | null, onEnd: () => void): number | null {
  const [secondsLeft, setSecondsLeft] = useState<number | null>(null);
  const end = useEffectEvent(onEnd);

  useEffect(() => {
    if (milliseconds === null) return;
    setSecondsLeft(Math.ceil(milliseconds / 1000));
    const tick = setInterval(() => setSecondsLeft((left) => left && left - 1), 1000);
    const timeout = setTimeout(() => end(), milliseconds);
    return () => {
      clearInterval(tick);
      clearTimeout(timeout);
      setSecondsLeft(null);
    };
  }, [milliseconds]);

  return secondsLeft;
}
