// One row of the grid, and the cell that is being edited.

import React, { memo, useEffect, useRef, useState } from "react";
import { Fail, Mark, Warn } from "./bar.jsx";
import { begin } from "./keys.js";
import { percent } from "./likes.js";
import { useStore } from "./store.js";
import { editedText, numbered, sourceOf, textOf, valueOf } from "./values.js";

export const Row = memo(function Row({ store, row, at, top, columns, column, editing }) {
  const item = store.rows.get(row);
  const mark = useStore(store, (s) => s.marks.get(row));
  const selected = useStore(store, (s) => s.selected.has(row));
  const wrong = useStore(store, (s) => s.problems.has(row) || s.errors.has(row));
  const twice = useStore(store, (s) => s.duplicates.get(row));
  const near = useStore(store, (s) => s.near.get(row))?.[0];
  const readOnly = useStore(store, (s) => s.readOnly);
  const drafts = useStore(store, (s) => s.drafts.get(row));
  const label = `Select row ${numbered(row)}`;
  const go = (event, place) => {
    store.move(at, place);
    if (event.detail > 1) begin(store);
  };
  return (
    <div className={`dgr ln ${mark === "d" ? "gone" : ""}`} role="row" aria-rowindex={at + 2} aria-selected={column >= 0 || selected} data-here={column >= 0 || undefined} style={{ transform: `translateY(${top}px)` }}>
      <span role="gridcell" className="c0">
        {!readOnly && mark !== "d" && <input type="checkbox" tabIndex={-1} checked={selected} aria-label={label} onChange={(event) => store.select([row], event.target.checked)} />}
      </span>
      <button type="button" role="gridcell" tabIndex={-1} className="mono t2 num0" aria-label={`Open row ${numbered(row)}`} onClick={() => store.move(at, undefined, { open: true })}>
        {numbered(row)}<Mark mark={mark} />
        {wrong && <span className="chg d" title="It breaks the schema"><Fail /></span>}
        {!wrong && twice && <span className="chg w" title={`Same input as ${twice.slice(0, 3).map(numbered).join(", ")}`}><Warn /></span>}
        {!wrong && !twice && near && <span className="chg w" title={`${percent(near.likeness)} like ${numbered(near.row)}`}><Warn /></span>}
      </button>
      {columns.map((one, place) => (
        <span key={one.key} id={`cell-${row}-${place}`} role="gridcell" aria-colindex={place + 3} data-active={column === place || undefined}
          className={`${one.narrow ? "hide-s" : "w2"} ${one.key === "tags" ? "tg" : ""}`} onClick={(event) => go(event, place)}>
          {column === place && editing && item ? <CellEditor key={row} store={store} row={row} at={at} place={place} item={item} column={one} typed={editing.typed} /> : <Cell item={item} column={one} draft={drafts?.[one.key]} />}
        </span>
      ))}
    </div>
  );
});

function Cell({ item, column, draft }) {
  if (!item) return <i className="skl1" />;
  if (draft !== undefined) return <span className="unsaved">{draft}</span>;
  if (column.key === "source") return <span className="t2">{sourceOf(item)}</span>;
  if (column.key === "tags") return item.tags.map((tag) => <span key={tag} className="tag">{tag}</span>);
  const text = textOf(valueOf(item, column.key));
  return <span dir="auto" title={text.length > 60 ? text.slice(0, 600) : undefined}>{text.slice(0, 300)}</span>;
}

/* Enter keeps and goes down, Tab keeps and goes on, Esc leaves it as it was, Alt Enter makes a new line. */
function CellEditor({ store, row, at, place, item, column, typed }) {
  const before = column.key === "tags" ? item.tags.join(", ") : editedText(valueOf(item, column.key));
  const [text, setText] = useState(typed ?? store.state.drafts.get(row)?.[column.key] ?? before);
  const field = useRef(null);
  const done = useRef(false);
  const typedNow = useRef(text);
  typedNow.current = text;
  // A row that is scrolled out of sight keeps what was typed into it.
  useEffect(
    () => () => {
      if (done.current) return;
      done.current = true;
      store.set({ editing: null });
      if (typedNow.current !== before) store.writes.edit(row, column.key, typedNow.current);
    },
    [],
  );
  useEffect(() => {
    field.current.focus({ preventScroll: true });
    if (typed === undefined) field.current.select();
    else field.current.setSelectionRange(text.length, text.length);
  }, []);
  const end = (keep, at2 = at, place2 = place) => {
    if (done.current) return;
    done.current = true;
    store.move(at2, place2);
    if (keep && text !== before) store.writes.edit(row, column.key, text);
  };
  const onKeyDown = (event) => {
    event.stopPropagation();
    if (event.key === "Escape") end(false);
    else if (event.key === "Enter" && event.altKey) {
      const { selectionStart, selectionEnd } = field.current;
      setText(`${text.slice(0, selectionStart)}\n${text.slice(selectionEnd)}`);
    } else if (event.key === "Enter" && !event.shiftKey) end(true, at + 1);
    else if (event.key === "Tab") end(true, at, place + (event.shiftKey ? -1 : 1));
    else return;
    event.preventDefault();
  };
  return (
    <textarea ref={field} className="input celled" rows={Math.min(8, Math.max(1, text.split("\n").length, Math.ceil(text.length / 40)))} value={text} spellCheck={false}
        aria-label={`${column.group} ${column.name} of row ${numbered(row)}`.trim()} onChange={(event) => setText(event.target.value)} onKeyDown={onKeyDown} onBlur={() => end(true)} onClick={(event) => event.stopPropagation()} />
  );
}
