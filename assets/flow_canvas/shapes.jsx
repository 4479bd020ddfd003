// The marks of the house: port types and states, each a shape before it is a colour.

import React from "react";

const PORTS = {
  text: <circle cx="5" cy="5" r="3.6" />,
  message: <path d="M1.2 1.2h7.6v5.6H5L2.6 9V6.8H1.2z" />,
  documents: <path d="M5 .6 9.4 5 5 9.4.6 5z" />,
  object: <path d="M1.4 1.4h7.2v7.2H1.4z" />,
  number: <path d="M5 .9 9.4 9H.6z" />,
  boolean: <path d="M1 5a4 4 0 0 1 8 0z" transform="translate(0 1.6)" />,
  file: <path d="M2 .8h4.2L8.4 3v6.2H2z" />,
  tool: <path d="M5 .7 8.8 2.9v4.3L5 9.4 1.2 7.2V2.9z" />,
  any: <path d="M3 .6h4V3h2.4v4H7v2.4H3V7H.6V3H3z" />,
};

export const PORT_TYPES = Object.keys(PORTS);

export function PortMark({ type, filled = true }) {
  const colour = `var(--port-${PORTS[type] ? type : "any"})`;
  return (
    <svg className="port" viewBox="-1 -1 12 12" aria-hidden="true">
      <g fill={filled ? colour : "var(--bg-panel)"} stroke={filled ? "var(--bg-panel)" : colour} strokeWidth="1.4">
        {PORTS[type] || PORTS.any}
      </g>
    </svg>
  );
}

const STATES = {
  ok: <circle cx="5" cy="5" r="4" fill="currentColor" />,
  run: (
    <>
      <circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" strokeWidth="1.5" opacity=".35" />
      <path className="arc" d="M5 1a4 4 0 0 1 4 4" fill="none" stroke="currentColor" strokeWidth="2" />
      <circle cx="5" cy="5" r="1.6" fill="currentColor" />
    </>
  ),
  wait: <path d="M5 0 10 5 5 10 0 5Z" fill="currentColor" />,
  warn: <path d="M5 .5 10 9.5H0Z" fill="currentColor" />,
  fail: (
    <>
      <path d="M.5 .5h9v9h-9z" fill="currentColor" />
      <path d="m3 3 4 4m0-4-4 4" stroke="var(--bg-panel)" strokeWidth="1.4" />
    </>
  ),
  queued: <circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  skip: <path d="M0 5h3.2M6.8 5H10" stroke="currentColor" strokeWidth="2" />,
  idle: <path d="M1 5h8" stroke="currentColor" strokeWidth="2" />,
};

export function State({ kind, children, className = "" }) {
  return (
    <span className={`st ${kind} ${className}`}>
      <svg viewBox="0 0 10 10" aria-hidden="true">{STATES[kind]}</svg>
      {children}
    </span>
  );
}

/** From the status of a node's run to the mark, the word, the plate and the node's own class. */
export const STATUS = {
  running: { kind: "run", word: "Running", plate: "live", node: "run" },
  done: { kind: "ok", word: "Done", plate: "", node: "ok" },
  failed: { kind: "fail", word: "Failed", plate: "bad", node: "err" },
  skipped: { kind: "skip", word: "Skipped", plate: "off", node: "skip" },
  waiting: { kind: "wait", word: "Waiting for a person", plate: "wt", node: "hold" },
  cancelled: { kind: "idle", word: "Cancelled", plate: "off", node: "todo" },
  pending: { kind: "queued", word: "Not reached", plate: "off", node: "todo" },
};

export const milliseconds = (ms) => (ms == null ? "" : `${Math.round(ms).toLocaleString("en-US")} ms`);
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
/** What a node cost: $0 where a model answered for nothing, empty where none was asked. */
export function spent(mark) {
  return mark.cost || mark.tokens_in || mark.tokens_out ? money(mark.cost) : "";
}

export function money(value) {
  if (!value) return "$0";
  if (value < 0.0001) return "under $0.0001";
  return value >= 1 ? `$${value.toFixed(2)}` : `$${value.toFixed(4)}`;
}
