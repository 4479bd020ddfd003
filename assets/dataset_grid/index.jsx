// An open dataset: what is said above the rows, the rows, and the one that is looked at.

import React, { useEffect, useMemo, useState } from "react";
import { Bar, Selected } from "./bar.jsx";
import { Empty } from "./empty.jsx";
import { Grid } from "./grid.jsx";
import { Importer } from "./importer.jsx";
import { Pane } from "./pane.jsx";
import { Store, useStore } from "./store.js";
import { counted } from "./values.js";
import { UndoBar } from "./undo.jsx";
import { Writer } from "./writer.jsx";

const editable = (node) => node?.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node?.tagName);
const isUndo = (event) => (event.ctrlKey || event.metaKey) && !event.altKey;

export function DatasetGrid(props) {
  const [store] = useState(() => new Store());
  const [file, setFile] = useState(null);
  const [writing, setWriting] = useState(null); // the rows that a model is to go by
  useEffect(() => {
    if (props.url) store.open(props);
  });
  useEffect(() => {
    const press = (event) => {
      if (event.defaultPrevented || !isUndo(event) || editable(event.target) || store.state.readOnly) return;
      const key = event.key.toLowerCase();
      if (key === "z" && !event.shiftKey) store.writes.undo();
      else if (key === "y" || (key === "z" && event.shiftKey)) store.writes.redo();
      else return;
      event.preventDefault();
    };
    // The head of the page is drawn elsewhere; its buttons say what they do.
    const act = (event) => {
      const wanted = event.target.closest?.("[data-dataset-act]")?.dataset.datasetAct;
      if (wanted === "add") store.set({ open: "new", editing: null });
      if (wanted === "write") setWriting([]);
      if (wanted === "write-like") setWriting([...store.state.selected].sort((a, b) => a - b));
      if (wanted === "import") document.getElementById("dataset-file")?.click();
    };
    addEventListener("keydown", press);
    addEventListener("click", act);
    return () => {
      removeEventListener("keydown", press);
      removeEventListener("click", act);
    };
  }, [store]);
  return (
    <div className="dsp">
      <input id="dataset-file" type="file" hidden aria-label="File of rows" accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson,.xlsx"
        onChange={(event) => { setFile(event.target.files[0] ?? null); event.target.value = ""; }} />
      <div className="dsm">
        {file && !props.at && <Importer key={`${file.name}${file.lastModified}`} store={store} file={file} onEnd={() => setFile(null)} />}
        {writing && !props.at && <Writer key={`${props.url} ${writing.join()}`} store={store} rows={writing} onEnd={() => setWriting(null)} />}
        <Rows store={store} />
      </div>
      <Pane store={store} />
      <UndoBar store={store} />
      <Said store={store} />
    </div>
  );
}

function Rows({ store }) {
  const phase = useStore(store, (s) => s.phase);
  const problem = useStore(store, (s) => s.problem);
  const num = useStore(store, (s) => s.all.length);
  const filtered = useStore(store, (s) => Object.values(s.filter).some(Boolean));
  return (
    <section className="panel gp" aria-label="Rows">
      <Bar store={store} />
      <Selected store={store} />
      {phase === "failed" ? (
        <Empty title="The rows did not load." words={problem} act="Try again" onAct={() => store.load(true)} />
      ) : phase === "loading" ? (
        <Skeleton />
      ) : num || filtered ? (
        <Grid store={store} />
      ) : (
        <Nothing store={store} />
      )}
      <Foot store={store} />
    </section>
  );
}

function Nothing({ store }) {
  const readOnly = useStore(store, (s) => s.readOnly);
  if (readOnly) return <Empty title="No row stands in it" words="This version of the dataset is empty." />;
  return (
    <Empty title="No row yet" words="Prompts, models and flows are compared on rows: a question and the answer that you expect. Add one, or import a file.">
      <button type="button" className="btn" data-dataset-act="add">Add row</button>
      <button type="button" className="btn" data-dataset-act="import">Import</button>
      <button type="button" className="btn" data-dataset-act="write">Write rows with a model</button>
    </Empty>
  );
}

function Skeleton() {
  return (
    <div className="dsk" aria-busy="true" aria-label="Rows load">
      {Array.from({ length: 12 }, (_, at) => <div key={at} className="skl"><i style={{ width: 40 }} /><i style={{ width: `${30 + ((at * 7) % 20)}%` }} /><i style={{ width: `${20 + ((at * 5) % 15)}%` }} /></div>)}
    </div>
  );
}

function Foot({ store }) {
  const num = useStore(store, (s) => s.order.length);
  const total = useStore(store, (s) => s.all.length);
  const splits = useStore(store, (s) => s.facets.splits);
  const inOrder = useStore(store, (s) => (s.only === "near" ? "most alike first" : "newest first"));
  const told = useMemo(() => Object.entries(splits).filter(([name]) => name).map(([name, count]) => `${count.toLocaleString("en")} ${name}`).join(", "), [splits]);
  return (
    <div className="pend sm">
      <span>{num === total ? `${counted(num, "row")}, ${inOrder}` : `${num.toLocaleString("en")} of ${counted(total, "row")}, ${inOrder}`}</span>
      {told && <span className="r hide-s">split: {told}</span>}
    </div>
  );
}

function Said({ store }) {
  const said = useStore(store, (s) => s.said);
  return <p className="sr" role="status">{said}</p>;
}
