import { useEffect, useRef } from "react";

/* Tells what stands in a form once it changed and then rested: typed, picked, or with parts added, moved or taken away. */
export function Entries({ form, seconds, onEntries }) {
  const act = useRef(onEntries);
  act.current = onEntries;

  useEffect(() => {
    const element = document.getElementById(form);
    if (!element) return undefined;
    let timer;
    const tell = () => act.current?.(Object.fromEntries(new FormData(element).entries()));
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(tell, seconds * 1000);
    };
    const parts = new MutationObserver(later);
    parts.observe(element, { childList: true, subtree: true });
    element.addEventListener("input", later);
    return () => {
      clearTimeout(timer);
      parts.disconnect();
      element.removeEventListener("input", later);
    };
  }, [form, seconds]);
  return null;
}
