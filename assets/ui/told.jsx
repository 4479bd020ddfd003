import { useEffect } from "react";
import { toast } from "sonner";

const GOOD_NEWS_MS = 6000;
const ACTS = {
  say: (words, more) => toast.success(words, { description: more || undefined, duration: GOOD_NEWS_MS }),
  warn: (words, more) => toast.error(words, { description: more || undefined, duration: Infinity, closeButton: true }),
  leave: (address) => location.assign(address),
  reveal: (identifier) => document.getElementById(identifier)?.scrollIntoView({ block: "center" }),
};

/* Does what the server tells; console/build.py turns its events into this one of the window. */
export function Told() {
  useEffect(() => {
    const told = ({ detail: { what, words, more } }) => ACTS[what]?.(words, more);
    addEventListener("signalbox:told", told);
    return () => removeEventListener("signalbox:told", told);
  }, []);
  return null;
}
