// Choose a kind where a track was dropped, or anywhere with N: what fits first, then what fits with a step between.

import React, { useEffect, useMemo, useRef, useState } from "react";
import { addKind } from "./actions.js";
import { Icon } from "./icons.jsx";
import { PortMark } from "./shapes.jsx";
import { useFlow } from "./store.js";
import { sortKinds } from "./types.js";

const matches = (kind, words) => `${kind.title} ${kind.group} ${kind.description}`.toLowerCase().includes(words.toLowerCase());

function Way({ entry, pulled }) {
  if (!entry.port) return null;
  const verb = pulled?.side === "target" ? "gives" : "takes";
  return (
    <span className="wy">
      <PortMark type={entry.port.type} />
      {entry.step ? `${entry.port.type}: adds ${entry.step.title}` : `${verb} ${entry.port.type}`}
    </span>
  );
}

export function AddMenu({ store, wrapper, onGhost }) {
  const ask = useFlow(store, (s) => s.ask);
  return ask ? <Opened key={`${ask.x} ${ask.y}`} store={store} ask={ask} wrapper={wrapper} onGhost={onGhost} /> : null;
}

function Opened({ store, ask, wrapper, onGhost }) {
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const [all, setAll] = useState(false);
  const kinds = useFlow(store, (s) => s.kinds);
  const table = useFlow(store, (s) => s.fits);
  const input = useRef(null);
  const back = useRef(null);

  const groups = useMemo(() => {
    const sorted = sortKinds(kinds.filter((kind) => matches(kind, words)), ask.pulled, table);
    return [
      { title: ask.pulled ? "Fit here" : "Kinds of node", entries: sorted.here },
      { title: "Fit with a step between", entries: sorted.between },
      { title: "Do not fit here", entries: all || words ? sorted.not : [], hidden: all || words ? 0 : sorted.not.length },
    ];
  }, [kinds, words, all, ask, table]);
  const entries = groups.flatMap((group) => group.entries);
  const chosen = entries[Math.min(at, entries.length - 1)];

  useEffect(() => {
    back.current = document.activeElement;
    input.current?.focus();
  }, []);
  useEffect(() => {
    if (!chosen) return onGhost(null);
    const node = { ...store.build({ id: "ghost", kind: chosen.kind.kind, config: chosen.kind.defaults || {}, plate: 0 }, ask.at), type: "ghost", draggable: false, selectable: false, connectable: false };
    const port = chosen.step ? null : chosen.port;
    const edge = ask.pulled && port && (ask.pulled.side === "source"
      ? { id: "ghost", type: "ghost", source: ask.pulled.node, sourceHandle: ask.pulled.port, target: "ghost", targetHandle: port.name }
      : { id: "ghost", type: "ghost", source: "ghost", sourceHandle: port.name, target: ask.pulled.node, targetHandle: ask.pulled.port });
    onGhost({ node, edge });
  }, [chosen?.kind.kind, ask]);
  useEffect(() => () => onGhost(null), []);

  const close = () => {
    store.set({ ask: null });
    if (back.current?.isConnected) back.current.focus();
  };
  const add = (entry) => {
    if (!entry) return;
    const id = addKind(store, entry.kind, ask.at, { pulled: ask.pulled, step: entry.step });
    store.set({ ask: null, focused: id });
    setTimeout(() => store.flowApi?.focusNode?.(id), 60);
  };
  const onKeyDown = (event) => {
    event.stopPropagation();
    if (event.key === "ArrowDown") setAt((i) => Math.min(i + 1, entries.length - 1));
    else if (event.key === "ArrowUp") setAt((i) => Math.max(i - 1, 0));
    else if (event.key === "Enter") add(chosen);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  };
  const box = wrapper.current?.getBoundingClientRect() || { left: 0, top: 0, width: 800, height: 400 };
  const height = Math.min(380, box.height - 24);
  const left = Math.max(8, Math.min(ask.x - box.left + 170, box.width - 304));
  const top = Math.max(8, Math.min(ask.y - box.top - 60, box.height - height - 8));
  let index = -1;
  return (
    <div className="qa" role="dialog" aria-label="Add a node here" style={{ left, top, maxHeight: height }} onKeyDown={onKeyDown}>
      <div className="qs">
        <Icon name="search" />
        <input
          ref={input}
          className="qin"
          role="combobox"
          aria-expanded="true"
          aria-controls="qa-kinds"
          aria-activedescendant={chosen ? `qa-${chosen.kind.kind}` : undefined}
          aria-label="Search kinds of node"
          placeholder={`Search ${kinds.length} kinds`}
          value={words}
          onChange={(event) => (setWords(event.target.value), setAt(0))}
        />
        <kbd>Esc</kbd>
      </div>
      <div className="menu mn scroll" role="listbox" id="qa-kinds" aria-label="Kinds that fit first">
        {groups.map((group) =>
          group.entries.length ? (
            <React.Fragment key={group.title}>
              <p className={`mh ${index >= 0 ? "ln2" : ""}`} role="presentation">{group.title}</p>
              {group.entries.map((entry) => {
                index += 1;
                const mine = index;
                return (
                  <button
                    key={entry.kind.kind}
                    id={`qa-${entry.kind.kind}`}
                    role="option"
                    tabIndex={-1}
                    aria-selected={entry === chosen}
                    className={entry === chosen ? "on" : ""}
                    onMouseEnter={() => setAt(mine)}
                    onClick={() => add(entry)}
                  >
                    <Icon name={entry.kind.icon} />
                    <span>{entry.kind.title}</span>
                    <Way entry={entry} pulled={ask.pulled} />
                  </button>
                );
              })}
            </React.Fragment>
          ) : null,
        )}
        {!entries.length && <p className="mh">No kind is called that. Loosen the search.</p>}
      </div>
      {groups[2].hidden ? (
        <p className="qf">
          <span>{groups[2].hidden} more do not fit here</span>
          <button className="lk" onClick={() => setAll(true)}>Show them</button>
        </p>
      ) : null}
    </div>
  );
}
