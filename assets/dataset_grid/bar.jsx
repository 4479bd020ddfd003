// Above the rows: what has changed, what is filtered, what is selected.

import React, { useState } from "react";
import { useStore } from "./store.js";
import { counted } from "./values.js";

const MAX_EXAMPLES = 20; // rows that a model goes by
const MAX_CHOSEN = 1000; // rows that an experiment may name
const MARKS = { a: ["+", "Added"], e: ["~", "Edited"], d: ["−", "Removed"] };

export function Mark({ mark }) {
  if (!mark) return null;
  return <span className={`chg ${mark}`}>{MARKS[mark][0]}<span className="sr"> {MARKS[mark][1].toLowerCase()}</span></span>;
}

export function Bar({ store }) {
  const counts = useStore(store, (s) => s.counts);
  const since = useStore(store, (s) => s.since);
  const filter = useStore(store, (s) => s.filter);
  const facets = useStore(store, (s) => s.facets);
  const splits = Object.keys(facets.splits).filter(Boolean);
  return (
    <header className="dsb">
      <h2>Rows</h2>
      {counts && <Segments store={store} counts={counts} />}
      {counts && <span className="t12 t2 hide-s">since v{since}</span>}
      <TextFilter key={store.api?.url} store={store} />
      <Odd store={store} />
      <span className="r row">
        {splits.length > 0 && (
          <select className="select s24" aria-label="Split" value={filter.split} onChange={(event) => store.filter({ split: event.target.value })}>
            <option value="">Any split</option>
            {splits.map((one) => <option key={one} value={one}>{one}</option>)}
            {facets.splits[""] > 0 && <option value="none">No split</option>}
          </select>
        )}
        {facets.tags.length > 0 && (
          <select className="select s24" aria-label="Tag" value={filter.tag} onChange={(event) => store.filter({ tag: event.target.value })}>
            <option value="">Any tag</option>
            {facets.tags.map((one) => <option key={one} value={one}>{one}</option>)}
          </select>
        )}
      </span>
    </header>
  );
}

function Segments({ store, counts }) {
  const segment = useStore(store, (s) => s.segment);
  const total = useStore(store, (s) => s.all.length);
  const pick = (one) => store.narrow({ segment: one });
  return (
    <div className="seg s24" role="group" aria-label="Change">
      <button type="button" aria-pressed={segment === "all"} onClick={() => pick("all")}>All {total.toLocaleString("en")}</button>
      {Object.entries(MARKS).map(([mark, [sign, word]]) => (
        <button key={mark} type="button" aria-pressed={segment === mark} onClick={() => pick(mark)}>
          <span className={`chg ${mark}`} aria-hidden="true">{sign}</span> {word} {counts[mark].toLocaleString("en")}
        </button>
      ))}
    </div>
  );
}

function TextFilter({ store }) {
  const [timer, setTimer] = useState(0);
  const type = (text) => {
    clearTimeout(timer);
    setTimer(setTimeout(() => store.filter({ text }), 250));
  };
  return <input type="search" className="input s24" placeholder="Filter rows" aria-label="Filter rows" data-filter="true" maxLength={200} onChange={(event) => type(event.target.value)} />;
}

/* Rows that break the schema, rows that are there twice, and rows that nearly are. */
function Odd({ store }) {
  const only = useStore(store, (s) => s.only);
  const wrong = useStore(store, (s) => s.problems.size);
  const twice = useStore(store, (s) => s.duplicates.size);
  const near = useStore(store, (s) => s.near.size);
  const numKept = useStore(store, (s) => s.numKept);
  const numLeft = useStore(store, (s) => s.numLeft);
  const readOnly = useStore(store, (s) => s.readOnly);
  const toggle = (one) => store.narrow({ only: only === one ? "" : one });
  return (
    <>
      {(wrong > 0 || only === "problems") && (
        <button type="button" className="btn sm odd fail" aria-pressed={only === "problems"} onClick={() => toggle("problems")}>
          <Fail /> {counted(wrong, "row breaks", "rows break")} the schema
        </button>
      )}
      {(twice > 0 || only === "duplicates") && (
        <button type="button" className="btn sm odd warn" aria-pressed={only === "duplicates"} onClick={() => toggle("duplicates")}>
          <Warn /> {counted(twice, "duplicate")}
        </button>
      )}
      {(near > 0 || only === "near") && (
        <button type="button" className="btn sm odd warn" aria-pressed={only === "near"} onClick={() => toggle("near")}>
          <Warn /> {counted(near, "row")} nearly the same
        </button>
      )}
      <NotCompared num={numLeft} />
      {only === "near" && numKept > 0 && (
        <span className="t2 nowrap">{counted(numKept, "pair")} kept{!readOnly && <>, <button type="button" className="link" onClick={() => store.likes.nameAll()}>name again</button></>}</span>
      )}
    </>
  );
}

/* Rows of which nobody knows whether they are nearly the same as others. */
export const NotCompared = ({ num, head }) => num > 0 && <span className="t2 nowrap" title="To compare them all takes too long">{head}{counted(num, "row")} not compared</span>;

export const Fail = () => (
  <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true"><path d="M.5 .5h9v9h-9z" fill="currentColor" /><path d="m3 3 4 4m0-4-4 4" stroke="var(--bg-panel)" strokeWidth="1.4" /></svg>
);
export const Warn = () => <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true"><path d="M5 .5 10 9.5H0Z" fill="currentColor" /></svg>;

export function Selected({ store }) {
  const selected = useStore(store, (s) => s.selected);
  const all = useStore(store, (s) => s.order);
  const facets = useStore(store, (s) => s.facets);
  const readOnly = useStore(store, (s) => s.readOnly);
  const [split, setSplit] = useState("");
  const [tag, setTag] = useState("");
  if (!selected.size || readOnly) return null;
  const rows = [...selected];
  const asking = `/experiments/new?dataset=${store.api.url.split("/").pop()}&rows=${[...rows].sort((a, b) => a - b).join(",")}`;
  return (
    <form className="dsel" onSubmit={(event) => event.preventDefault()}>
      <span className="b">{counted(rows.length, "row")} selected</span>
      {rows.length < all.length && <button type="button" className="btn sm quiet" onClick={() => store.select(all)}>Select all {all.length.toLocaleString("en")}</button>}
      <input className="input s24" aria-label="Split for the selected rows" placeholder="Split" list="dataset-splits" value={split} maxLength={50} onChange={(event) => setSplit(event.target.value)} />
      <button type="button" className="btn sm" onClick={() => store.writes.label(rows, { split })}>{split.trim() ? "Put into split" : "Take out of split"}</button>
      <input className="input s24" aria-label="Tag for the selected rows" placeholder="Tag" list="dataset-tags" value={tag} maxLength={50} onChange={(event) => setTag(event.target.value)} />
      <button type="button" className="btn sm" disabled={!tag.trim()} onClick={() => store.writes.label(rows, { add_tags: [tag.trim()] })}>Add tag</button>
      <button type="button" className="btn sm" disabled={!tag.trim()} onClick={() => store.writes.label(rows, { remove_tags: [tag.trim()] })}>Remove tag</button>
      <span className="r row">
        {rows.length <= MAX_EXAMPLES && <button type="button" className="btn sm" data-dataset-act="write-like">Write more like {rows.length === 1 ? "it" : "them"}</button>}
        {rows.length <= MAX_CHOSEN && <a className="btn sm" href={asking}>New experiment</a>}
        <button type="button" className="btn sm danger" onClick={() => store.writes.remove(rows)}>Delete</button>
        <button type="button" className="btn sm quiet" onClick={() => store.set({ selected: new Set() })}>Clear</button>
      </span>
      <datalist id="dataset-splits">{Object.keys(facets.splits).filter(Boolean).map((one) => <option key={one} value={one} />)}</datalist>
      <datalist id="dataset-tags">{facets.tags.map((one) => <option key={one} value={one} />)}</datalist>
    </form>
  );
}
