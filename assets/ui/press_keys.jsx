// A key presses the button among the children that carries it as data-press; what is typed into a field stays there.

import { useEffect, useRef } from "react";

export function PressKeys({ children, className }) {
  const box = useRef(null);
  useEffect(() => {
    const heard = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target.closest?.("input, textarea, select, [contenteditable], dialog[open]")) return;
      const button = box.current?.querySelector(`[data-press="${CSS.escape(event.key)}"]:not(:disabled)`);
      if (!button) return;
      event.preventDefault();
      button.click();
    };
    window.addEventListener("keydown", heard);
    return () => window.removeEventListener("keydown", heard);
  }, []);
  return <div ref={box} className={className}>{children}</div>;
}
