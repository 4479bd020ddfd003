// A template with its variables highlighted, completed while they are typed, or put in from a menu.

import React, { useMemo, useRef, useState } from "react";
import { Icon } from "./icons.jsx";
import { plate } from "./document.js";
import { PortMark } from "./shapes.jsx";
import { useFlow } from "./store.js";
import { parts, storedFor, typing, variablesFor } from "./variables.js";

export function useVariables(store, id) {
  const nodes = useFlow(store, (s) => s.nodes);
  const edges = useFlow(store, (s) => s.edges);
  return useMemo(() => variablesFor({ nodes, edges }, id), [nodes.map((n) => n.data).length, edges, id, nodes]);
}

function Choices({ found, at, onChoose, label, listId }) {
  return (
    <div className="menu vars" role="listbox" aria-label={label} id={listId}>
      {found.map((one, i) => (
        <div key={one.name} id={`${listId}-${i}`} role="option" aria-selected={i === at} className={i === at ? "on" : ""} onMouseDown={(event) => (event.preventDefault(), onChoose(one))}>
          <PortMark type={one.type} />
          <span className="mono">{one.name}</span>
          <span className="wy">{one.plate ? `${plate(one.plate)} ${one.from}` : one.from}</span>
        </div>
      ))}
      {!found.length && <p className="mh">Nothing leads here yet. Draw a track into this node first.</p>}
    </div>
  );
}

export function TemplateField({ store, node, value, onChange, onDone, label, describedBy, invalid, lines = 6, single = false, id }) {
  const known = useVariables(store, node);
  const area = useRef(null);
  const [caret, setCaret] = useState(0);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState("");
  const text = value ?? "";
  const focused = document.activeElement === area.current;
  const hole = focused ? typing(text, caret) : null;
  const found = hole ? known.filter((v) => v.name.toLowerCase().includes(hole.word.toLowerCase())) : known;
  const completing = Boolean(hole && found.length && closed !== `${hole.start}`);
  const cut = useMemo(() => parts(text, known, storedFor(store.state.nodes, node, id)), [text, known, node, id]);
  const listId = `${id}-list`;

  const put = (one) => {
    const start = hole ? hole.start : caret;
    let end = hole ? caret : caret;
    const after = text.slice(end).match(/^\s*\}\}/);
    if (hole && after) end += after[0].length;
    const inserted = `{{ ${one.name} }}`;
    onChange(text.slice(0, start) + inserted + text.slice(end));
    setOpen(false);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(start + inserted.length, start + inserted.length);
      setCaret(start + inserted.length);
    });
  };
  const onKeyDown = (event) => {
    if (completing) {
      if (event.key === "ArrowDown") setAt((i) => (i + 1) % found.length);
      else if (event.key === "ArrowUp") setAt((i) => (i + found.length - 1) % found.length);
      else if (event.key === "Enter" || event.key === "Tab") put(found[Math.min(at, found.length - 1)]);
      else if (event.key === "Escape") setClosed(`${hole.start}`);
      else return;
      event.preventDefault();
      event.stopPropagation();
    } else if (single && event.key === "Enter") event.preventDefault();
  };
  return (
    <div className={`tpl ${single ? "one" : ""}`}>
      {!single && (
        <div className="tplbar">
          <button type="button" className="btn sm" aria-expanded={open} onClick={() => setOpen(!open)}>
            <Icon name="braces" />
            Insert variable
          </button>
          {open && <Choices found={known} at={-1} onChoose={put} label="Variables" listId={`${listId}-all`} />}
        </div>
      )}
      <div className="tplbox">
        <div className="hl" aria-hidden="true">
          {cut.map((part, i) => (part.kind ? <span key={i} className={part.kind}>{part.text}</span> : part.text))}
          {"\n"}
        </div>
        <textarea
          ref={area}
          id={id}
          className="input mono"
          rows={single ? 1 : lines}
          spellCheck={false}
          aria-label={label}
          aria-invalid={invalid || undefined}
          aria-describedby={describedBy}
          aria-autocomplete="list"
          aria-controls={completing ? listId : undefined}
          aria-activedescendant={completing ? `${listId}-${Math.min(at, found.length - 1)}` : undefined}
          value={text}
          onChange={(event) => (setAt(0), setCaret(event.target.selectionStart), onChange(single ? event.target.value.replace(/\n/g, " ") : event.target.value))}
          onSelect={(event) => setCaret(event.target.selectionStart)}
          onKeyDown={onKeyDown}
          onBlur={onDone}
        />
      </div>
      {completing && <Choices found={found} at={Math.min(at, found.length - 1)} onChoose={put} label="Variables that fit" listId={listId} />}
    </div>
  );
}
