// The kinds at the left: search, drag onto the canvas, or press to add beside what is selected.

import React, { useMemo, useState } from "react";
import { addKind, placeBeside } from "./actions.js";
import { Icon } from "./icons.jsx";
import { useFlow } from "./store.js";

export function Palette({ store }) {
  const kinds = useFlow(store, (s) => s.kinds);
  const [words, setWords] = useState("");
  const groups = useMemo(() => {
    const found = new Map();
    for (const kind of kinds) {
      if (!`${kind.title} ${kind.description}`.toLowerCase().includes(words.toLowerCase())) continue;
      found.set(kind.group, [...(found.get(kind.group) || []), kind]);
    }
    return [...found];
  }, [kinds, words]);
  const add = (kind) => {
    const id = addKind(store, kind, placeBeside(store, store.state.selected || store.state.focused));
    setTimeout(() => store.flowApi?.focusNode?.(id), 60);
  };
  return (
    <aside className="palette" aria-label="Node palette">
      <div className="find2">
        <input
          className="input"
          aria-label="Find a node"
          placeholder="Find a node"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && groups.length) add(groups[0][1][0]);
            if (event.key === "Escape") setWords("");
          }}
        />
      </div>
      {groups.map(([group, members]) => (
        <React.Fragment key={group}>
          <h2>{group}</h2>
          <ul>
            {members.map((kind) => (
              <li key={kind.kind}>
                <button
                  className="pi"
                  title={kind.description}
                  data-kind={kind.kind}
                  draggable
                  onDragStart={(event) => {
                    event.dataTransfer.setData("application/x-signalbox-kind", kind.kind);
                    event.dataTransfer.effectAllowed = "copy";
                  }}
                  onClick={() => add(kind)}
                >
                  <Icon name={kind.icon} />
                  {kind.title}
                </button>
              </li>
            ))}
          </ul>
        </React.Fragment>
      ))}
      {!groups.length && kinds.length > 0 && (
        <p className="hint none">
          No kind is called that. <button className="lk" onClick={() => setWords("")}>Show all</button>
        </p>
      )}
    </aside>
  );
}
