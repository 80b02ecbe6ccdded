// A forecast that is asked for quietly and whose late answers are dropped: no answer is no answer.
import { type DependencyList, useEffect, useState } from "react";

/** `ask` answers null where there is nothing to ask. It is asked anew when one of `about` changes. */
export function useSeconds(ask: () => Promise<number | null> | null, about: DependencyList): number | null {
  const [seconds, setSeconds] = useState<number | null>(null);
  useEffect(() => {
    let wanted = true;
    const asked = ask();
    if (!asked) setSeconds(null);
    asked?.then(
      (answer) => wanted && setSeconds(answer),
      () => wanted && setSeconds(null),
    );
    return () => {
      wanted = false;
    };
  }, about);
  return seconds;
}
