// The row that is looked at: every part of it, what is wrong with it, and what changed.

import React, { useEffect, useRef, useState } from "react";
import { Fail, Mark } from "./bar.jsx";
import { NearOnes } from "./near.jsx";
import { NEW, useStore } from "./store.js";
import { editedText, fieldsOf, numbered, sourceOf, valueOf } from "./values.js";

const LONG = 50; // letters that stand in one line of the pane
const LONG_MONO = 40;
const MAX_LINES = 14;

const Chevron = ({ path }) => <svg viewBox="0 0 10 10" width="12" height="12" fill="none" stroke="currentColor" strokeWidth="1.2" strokeLinecap="round" aria-hidden="true"><path d={path} /></svg>;

export function Pane({ store }) {
  const open = useStore(store, (s) => s.open);
  const at = useStore(store, (s) => s.cursor.at);
  const order = useStore(store, (s) => s.order);
  useStore(store, (s) => s.tick);
  const isNew = open === "new";
  const row = isNew ? NEW : order[at];
  const item = isNew ? { row: NEW, input: {}, expected_output: null, metadata: {}, split: "", tags: [] } : store.rows.get(row);
  if (!item) return <aside className="rp" aria-label="Row"><div className="phead"><h2>Row</h2></div><p className="pad t12 t2">Choose a row to see all of it.</p></aside>;
  return <Open key={`${row}`} store={store} item={item} isNew={isNew} shown={Boolean(open)} />;
}

function Open({ store, item, isNew, shown }) {
  const { row } = item;
  const mark = useStore(store, (s) => s.marks.get(row));
  const schemas = useStore(store, (s) => s.schemas);
  const readOnly = useStore(store, (s) => s.readOnly) || mark === "d";
  const drafts = useStore(store, (s) => s.drafts.get(row)) ?? {};
  const errors = useStore(store, (s) => s.errors.get(row) ?? s.problems.get(row)) ?? [];
  const columns = useStore(store, (s) => s.columns);
  const known = columns.filter((one) => one.key.startsWith("input.")).map((one) => one.name).filter((name) => isNew || name in (item.input ?? {}));
  const fields = [...new Set([...known, ...fieldsOf(schemas.input, [item.input]), ...Object.keys(drafts).filter((key) => key.startsWith("input.")).map((key) => key.slice(6))])];
  const title = isNew ? "New row" : `Row ${numbered(row)}`;
  const at = useStore(store, (s) => s.cursor.at);
  const rows = (fields.length ? fields : ["message"]).map((name) => `input.${name}`);
  const told = (key) => errors.filter(({ field }) => field === key || field.startsWith(`${key}.`) || field.startsWith(`${key}[`));
  const rest = errors.filter(({ field }) => ![...rows, "expected_output", "metadata", "split", "tags"].some((key) => field === key || field.startsWith(`${key}.`) || field.startsWith(`${key}[`)));
  const part = (key, label, more) => <Part key={key} store={store} item={item} name={key} label={label} readOnly={readOnly} draft={drafts[key]} errors={told(key)} {...more} />;
  return (
    <aside className={`rp${shown ? " shown" : ""}`} aria-label={title}>
      <div className="phead">
        <h2>{title}</h2>
        <Mark mark={mark} />
        {!isNew && <span className="t12 t2 ell">{item.source && sourceOf(item)}</span>}
        {!isNew && item.source?.kind === "log" && typeof item.metadata?.conversation === "string" && (
          <a className="t12 nw" href={`/conversations/${encodeURIComponent(item.metadata.conversation)}?at=${encodeURIComponent(item.source.reference)}`}>Open the conversation</a>
        )}
        <span className="r row tight">
          {!isNew && <button type="button" className="btn sm" aria-label="Previous row" onClick={() => store.move(at - 1)}><Chevron path="m2 6.5 3-3 3 3" /></button>}
          {!isNew && <button type="button" className="btn sm" aria-label="Next row" onClick={() => store.move(at + 1)}><Chevron path="m2 3.5 3 3 3-3" /></button>}
          <button type="button" className="btn sm only-n" onClick={() => store.set({ open: false })}>Close</button>
        </span>
      </div>
      <div className="scroll grow" tabIndex={0} role="region" aria-label={`${title}, fields`}>
        <div className="fm">
          {rest.length > 0 && <Faults faults={rest} />}
          {rows.map((key, place) => part(key, `Input: ${key.slice(6)}`, { autoFocus: isNew && place === 0 }))}
          {!readOnly && <NewField store={store} row={row} />}
          {part("expected_output", "Expected output", { mono: typeof item.expected_output === "object" && item.expected_output !== null, help: "Text, or JSON as {\"days\": 30}." })}
          <div className="pair">{part("split", "Split", { line: true })}{part("tags", "Tags", { line: true, help: "Separated by commas." })}</div>
          {part("metadata", "Metadata", { mono: true, help: "A JSON object, or nothing." })}
        </div>
        <Twins store={store} row={row} />
        <NearOnes store={store} row={row} readOnly={readOnly} />
        <Changed store={store} row={row} />
      </div>
      <Foot store={store} row={row} isNew={isNew} readOnly={readOnly} unsaved={Object.keys(drafts).length > 0} item={item} />
    </aside>
  );
}

const shownOf = (item, name) => {
  if (name === "tags") return item.tags.join(", ");
  const value = valueOf(item, name);
  return name === "metadata" && value && !Object.keys(value).length ? "" : editedText(value);
};

function Part({ store, item, name, label, readOnly, draft, errors, mono, line, help, autoFocus }) {
  const before = shownOf(item, name);
  const [text, setText] = useState(draft ?? before);
  const field = useRef(null);
  const id = `row-${name}`;
  useEffect(() => {
    if (document.activeElement !== field.current) setText(draft ?? before);
  }, [before, draft]);
  useEffect(() => {
    if (autoFocus) field.current?.focus();
  }, [autoFocus]);
  const keep = () => text !== (draft ?? before) && store.writes.edit(item.row, name, text);
  const onKeyDown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey || line)) {
      event.preventDefault();
      keep();
      if (item.row === NEW && (event.ctrlKey || event.metaKey)) store.writes.add();
    } else if (event.key === "Escape" && draft === undefined) setText(before);
  };
  if (readOnly) return <div className="field"><span className="lab">{label}</span><div className={`asis ${mono ? "mono" : ""}`} dir="auto">{before || <span className="t2">Empty</span>}</div></div>;
  const shared = {
    ref: field, id, value: text, className: `input${mono ? " mono" : ""}`, "aria-invalid": errors.length > 0, "aria-describedby": errors.length || help ? `${id}-told` : undefined,
    spellCheck: false, onChange: (event) => setText(event.target.value), onBlur: keep, onKeyDown,
  };
  const lines = text.split("\n").reduce((sum, one) => sum + Math.max(1, Math.ceil(one.length / (mono ? LONG_MONO : LONG))), 0);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {line ? <input type="text" autoComplete="off" {...shared} /> : <textarea rows={Math.min(MAX_LINES, lines)} dir="auto" {...shared} />}
      {errors.length ? <div id={`${id}-told`}><Faults faults={errors} name={name} /></div> : help && <span id={`${id}-told`} className="hint">{help}</span>}
    </div>
  );
}

function Faults({ faults, name = "" }) {
  return <div role="alert"><ul className="flt">{faults.map(({ field, problem }, at) => <li key={at} className="st fail"><Fail /><span>{field && field !== name ? `${field.replace(`${name}.`, "")}: ` : ""}{problem}</span></li>)}</ul></div>;
}

function NewField({ store, row }) {
  const [name, setName] = useState("");
  const add = () => {
    if (!name.trim()) return;
    const drafts = new Map(store.state.drafts);
    drafts.set(row, { ...(drafts.get(row) ?? {}), [`input.${name.trim()}`]: "" });
    store.set({ drafts });
    setName("");
  };
  return (
    <div className="row anf">
      <input className="input s24" aria-label="Name of another input" placeholder="Another input" value={name} maxLength={200}
        onChange={(event) => setName(event.target.value)} onKeyDown={(event) => event.key === "Enter" && add()} />
      <button type="button" className="btn sm" disabled={!name.trim()} onClick={add}>Add field</button>
    </div>
  );
}

function Twins({ store, row }) {
  const twins = useStore(store, (s) => s.duplicates.get(row));
  if (!twins) return null;
  return (
    <section className="psec"><div className="phead"><h2>Same input as</h2></div>
      <p className="in row">{twins.slice(0, 8).map((one) => <button key={one} type="button" className="link mono" onClick={() => store.goTo(one)}>{numbered(one)}</button>)}</p></section>
  );
}

/* What one row was in the version that is compared with, part by part. */
function Changed({ store, row }) {
  const since = useStore(store, (s) => s.since);
  const version = useStore(store, (s) => s.version);
  const mark = useStore(store, (s) => s.marks.get(row));
  const [change, setChange] = useState(null);
  useEffect(() => {
    setChange(null);
    if (mark !== "e") return undefined;
    let gone = false;
    store.api.get("/diff", { before: since, after: version, rows: row }).then((found) => gone || setChange(found.changes[0] ?? null)).catch(() => {});
    return () => {
      gone = true;
    };
  }, [store, row, since, version, mark]);
  if (!change?.before || !change.after) return null;
  const parts = ["input", "expected_output", "metadata", "split", "tags"].flatMap((head) => partsOf(head, change));
  return (
    <section className="psec"><div className="phead"><h2>Changed since v{since}</h2></div>
      {parts.map(({ name, before, after }) => (
        <div key={name}><h3 className="t12 t2 dfn">{name}</h3><div className="code df1">
          {before !== "" && <><span className="ln" aria-hidden="true">−</span><span className="l del"><span className="sr">Was: </span>{before}</span></>}
          {after !== "" && <><span className="ln" aria-hidden="true">+</span><span className="l add"><span className="sr">Is: </span>{after}</span></>}
        </div></div>
      ))}
    </section>
  );
}

function partsOf(head, { before, after }) {
  const fields = head === "input" ? fieldsOf(null, [before.input, after.input]).map((name) => `input.${name}`) : [head];
  return fields
    .map((name) => ({ name, before: shownOf(before, name), after: shownOf(after, name) }))
    .filter((one) => one.before !== one.after);
}

function Foot({ store, row, isNew, readOnly, unsaved, item }) {
  const saving = useStore(store, (s) => s.saving);
  const saved = useStore(store, (s) => s.saved);
  const refused = useStore(store, (s) => s.errors.has(row));
  if (isNew)
    return (
      <div className="pend"><span>{refused ? "Not added yet" : "Ctrl Enter adds it"}</span><span className="r row">
        <button type="button" className="btn" onClick={() => { store.writes.drop(NEW); store.set({ open: false }); }}>Cancel</button>
        <button type="button" className="btn primary" onClick={() => store.writes.add()}>Add row</button></span></div>
    );
  const words = saving ? "Saving" : unsaved && refused ? "Not saved yet" : readOnly ? `As in v${store.state.version}` : saved || `Last changed in v${item.version}`;
  return (
    <div className="pend"><span role="status">{words}</span>
      {!readOnly && <span className="r row">
        {unsaved && refused && <button type="button" className="btn" onClick={() => store.writes.drop(row)}>Leave as it was</button>}
        <button type="button" className="btn" disabled={!store.writes.past.length} onClick={() => store.writes.undo()}>Undo</button>
        <button type="button" className="btn danger" onClick={() => store.writes.remove([row])}>Delete</button></span>}
    </div>
  );
}
