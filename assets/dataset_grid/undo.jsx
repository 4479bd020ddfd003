import React, { useEffect } from "react";
import { useStore } from "./store.js";

const SECONDS = 10;

/* Offers to take back an act that a person may have done by mistake; Ctrl Z takes back any. */
export function UndoBar({ store }) {
  const undone = useStore(store, (s) => s.undone);
  useEffect(() => {
    if (!undone || undone.bad) return undefined;
    const end = setTimeout(() => store.set({ undone: null }), SECONDS * 1000);
    return () => clearTimeout(end);
  }, [store, undone]);
  if (!undone) return null;
  return (
    <div className="undo over" role={undone.bad ? "alert" : "status"}>
      <span className="ell">{undone.words}</span>
      {!undone.bad && <button type="button" className="btn quiet sm r" onClick={() => store.writes.undo()}>Undo <kbd>Ctrl Z</kbd></button>}
      <button type="button" className={`btn sm quiet${undone.bad ? " r" : ""}`} onClick={() => store.set({ undone: null })}>Dismiss</button>
    </div>
  );
}
