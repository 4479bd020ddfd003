// Ctrl Enter runs the playground. What stands in a field goes out first: a field tells its value when it is left.

import { useEffect, useRef } from "react";

export function PlayKeys({ onRun }) {
  const run = useRef(onRun);
  run.current = onRun;
  useEffect(() => {
    const heard = (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
      if (document.querySelector("dialog[open]")) return;
      event.preventDefault();
      const at = document.activeElement;
      at?.blur?.();
      run.current?.();
      at?.focus?.();
    };
    window.addEventListener("keydown", heard);
    return () => window.removeEventListener("keydown", heard);
  }, []);
  return null;
}
