import { useEffect, useRef } from "react";

export function Every({ seconds, onTick }) {
  const act = useRef(onTick);
  act.current = onTick;

  useEffect(() => {
    const tick = () => document.visibilityState === "visible" && act.current?.();
    const timer = setInterval(tick, seconds * 1000);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }, [seconds]);
  return null;
}
