import React from "react";

export function Empty({ title, words, act, onAct, children }) {
  return (
    <div className="state" role={act ? "alert" : undefined}>
      <b>{title}</b>
      <p>{words}</p>
      <div className="row">{act && <button type="button" className="btn" onClick={onAct}>{act}</button>}{children}</div>
    </div>
  );
}
