import { useEffect, useRef } from "react";

const editable = (node) => node?.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node?.tagName);

/* One act is offered back at a time: what is offered next lets the one before it stand. */
let offered = null;

export function Countdown({ seconds, onEnd, onUndo }) {
  const bar = useRef(null);
  const act = useRef({});
  act.current = { onEnd, onUndo };

  useEffect(() => {
    const own = () => act.current.onEnd?.();
    offered?.();
    offered = own;
    const end = setTimeout(() => act.current.onEnd?.(), seconds * 1000);
    const undo = (event) => {
      if (offered !== own || event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || editable(event.target)) return;
      event.preventDefault();
      act.current.onUndo?.();
    };
    bar.current.animate([{ width: "100%" }, { width: "0%" }], { duration: seconds * 1000, fill: "forwards" });
    addEventListener("keydown", undo);
    return () => {
      if (offered === own) offered = null;
      clearTimeout(end);
      removeEventListener("keydown", undo);
    };
  }, [seconds]);
  return <i ref={bar} aria-hidden="true" />;
}
