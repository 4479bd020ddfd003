// C: join the node in focus by choosing from a list. No drag is needed for anything.

import React, { useEffect, useMemo, useRef, useState } from "react";
import { connect, whyNot } from "./actions.js";
import { plate } from "./document.js";
import { PortMark } from "./shapes.jsx";
import { useFlow } from "./store.js";

/** Every pair of ports that would join `id` to another node. */
export function possible(store, id) {
  const self = store.state.nodes.find((n) => n.id === id);
  if (!self) return [];
  const found = [];
  for (const other of store.state.nodes) {
    if (other.id === id) continue;
    for (const out of self.data.outputs)
      for (const into of other.data.inputs) found.push({ c: { source: id, sourceHandle: out.name, target: other.id, targetHandle: into.name }, port: out, into, other, word: "to" });
    for (const out of other.data.outputs)
      for (const into of self.data.inputs) found.push({ c: { source: other.id, sourceHandle: out.name, target: id, targetHandle: into.name }, port: out, into, other, word: "from" });
  }
  const rank = (e) => (e.port.type === e.into.type ? 0 : 1);
  return found.filter((entry) => !whyNot(store, entry.c)).sort((a, b) => (a.word < b.word ? 1 : a.word > b.word ? -1 : rank(a) - rank(b)));
}

export function ConnectList({ store }) {
  const from = useFlow(store, (s) => s.joining);
  return from ? <Opened key={from} store={store} id={from} /> : null;
}

function Opened({ store, id }) {
  const entries = useMemo(() => possible(store, id), [store, id]);
  const [at, setAt] = useState(0);
  const box = useRef(null);
  const title = store.state.nodes.find((n) => n.id === id);
  useEffect(() => box.current?.focus(), []);
  const close = () => {
    store.set({ joining: "" });
    setTimeout(() => store.flowApi?.focusNode?.(id), 30);
  };
  const join = (entry) => {
    if (entry) connect(store, entry.c);
    close();
  };
  const onKeyDown = (event) => {
    event.stopPropagation();
    if (event.key === "ArrowDown") setAt((i) => Math.min(i + 1, entries.length - 1));
    else if (event.key === "ArrowUp") setAt((i) => Math.max(i - 1, 0));
    else if (event.key === "Enter") join(entries[at]);
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
  };
  return (
    <div className="qa cl" role="dialog" aria-label={`Connect ${plate(title?.data.item.plate)} ${title?.data.title}`}>
      <p className="mh">{`Connect ${plate(title?.data.item.plate)} ${title?.data.title}`}</p>
      <div className="menu mn scroll" role="listbox" tabIndex={0} ref={box} aria-label="Ports that fit" aria-activedescendant={entries.length ? `cl-${at}` : undefined} onKeyDown={onKeyDown}>
        {entries.map((entry, i) => (
          <div key={i} id={`cl-${i}`} role="option" aria-selected={i === at} className={i === at ? "on" : ""} onClick={() => join(entry)} onMouseEnter={() => setAt(i)}>
            <PortMark type={entry.port.type} />
            <span className="ell">{`${entry.word} ${plate(entry.other.data.item.plate)} ${entry.other.data.title}`}</span>
            <span className="wy">{`${entry.port.name} into ${entry.into.name}`}</span>
          </div>
        ))}
        {!entries.length && <p className="mh">No free port fits. Press N to add a node.</p>}
      </div>
      <p className="qf">
        <span><kbd>↑</kbd> <kbd>↓</kbd> choose</span>
        <span><kbd>↵</kbd> join</span>
        <span><kbd>Esc</kbd> leave</span>
      </p>
    </div>
  );
}
