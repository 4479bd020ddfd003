// The settings of the selected node: a form from its kind's schema, its policy, and what it gave last.

import React, { useEffect, useRef, useState } from "react";
import { configure, insertCopies, remove, rename, copied } from "./actions.js";
import { plate } from "./document.js";
import { controlOf, Field } from "./fields.jsx";
import { Icon } from "./icons.jsx";
import { Held } from "./inputs.jsx";
import { useMark } from "./marks.js";
import { Policy } from "./policy.jsx";
import { milliseconds, PortMark, spent, State, STATUS } from "./shapes.jsx";
import { useFlow } from "./store.js";

function Nothing({ store }) {
  const any = useFlow(store, (s) => s.nodes.length);
  const several = useFlow(store, (s) => s.nodes.filter((n) => n.selected).length);
  const readOnly = useFlow(store, (s) => s.readOnly);
  return (
    <section className="pane insp" aria-label="Inspector" data-inspector>
      <div className="phead"><h2>{several > 1 ? `${several} nodes` : "Inspector"}</h2></div>
      <div className="state">
        {several > 1 ? (
          <>
            <b>{`${several} nodes are selected`}</b>
            {readOnly ? null : <p>Drag one to move them all. Ctrl C copies, Ctrl D doubles, Del deletes.</p>}
          </>
        ) : (
          <>
            <b>{any ? "Choose a node" : "No node yet"}</b>
            {any || !readOnly ? <p>{any ? "Its settings open here. Press ↵ on a node to come straight to them." : "Drag one in from the left, or press N."}</p> : null}
            {readOnly ? null : (
              <p className="keys t12">
                {HINTS.map(([key, words]) => <span key={key}><kbd>{key}</kbd> {words}</span>)}
              </p>
            )}
          </>
        )}
      </div>
    </section>
  );
}

function Ports({ data }) {
  const row = (port, word) => (
    <li key={`${word}${port.name}`}>
      <PortMark type={port.type} />
      <span className="mono">{port.name}</span>
      <span className="t2">{`${word} ${port.type}${port.required ? ", needed" : ""}${port.many ? ", several" : ""}`}</span>
    </li>
  );
  return (
    <div className="field">
      <span className="lab">Ports</span>
      <ul className="ports">
        {data.inputs.map((port) => row(port, "takes"))}
        {data.outputs.map((port) => row(port, "gives"))}
      </ul>
    </div>
  );
}

function Last({ mark, live }) {
  if (!mark.status) {
    return (
      <div className="state">
        <b>Not run yet</b>
        <p>Run the flow to see here what this node took and gave.</p>
      </div>
    );
  }
  const state = STATUS[mark.status] || STATUS.pending;
  return (
    <div className="fm">
      <p className="row">
        <State kind={state.kind}>{state.word}</State>
        <span className="t12 t2">{[milliseconds(mark.time_ms), mark.tokens_in ? `${mark.tokens_in} tokens in` : "", mark.tokens_out ? `${mark.tokens_out} out` : "", spent(mark)].filter(Boolean).join(", ")}</span>
      </p>
      {mark.reason && <p>{mark.reason}</p>}
      <pre className="well out">{live || mark.output || (mark.status === "running" ? "…" : "It gave nothing.")}</pre>
    </div>
  );
}

const HINTS = [["N", "add"], ["C", "connect"], ["P", "next problem"], ["F", "fit"], ["Alt ←", "move"]];

export function Inspector({ store, board, choices }) {
  const id = useFlow(store, (s) => s.selected);
  const node = useFlow(store, (s) => s.nodes.find((n) => n.id === s.selected));
  return node ? <Selected key={id} store={store} board={board} node={node} choices={choices} /> : <Nothing store={store} />;
}

function Selected({ store, board, node, choices }) {
  const { data } = node;
  const { item, kind } = data;
  const problems = useFlow(store, (s) => s.problems);
  const wanted = useFlow(store, (s) => s.field);
  const readOnly = useFlow(store, (s) => s.readOnly || s.frozen);
  const mark = useMark(board, node.id);
  const [tab, setTab] = useState("settings");
  const box = useRef(null);
  const mine = problems.filter((p) => p.node === node.id);
  const properties = Object.entries(kind.schema?.properties || {});
  const prompts = properties.filter(([, schema]) => controlOf(schema) === "template");
  const split = prompts.length > 0 && properties.length > prompts.length;
  const others = split ? properties.filter(([, schema]) => controlOf(schema) !== "template") : properties;
  const tabs = [["settings", "Settings"], ...(split ? [["prompt", prompts.length > 1 ? "Prompt" : prompts[0][1].title || "Text"]] : []), ["policy", "Retries"], ["last", "Last output"]];

  useEffect(() => {
    if (!wanted) return;
    const top = wanted.split(".")[0];
    setTab(top === "policy" ? "policy" : split && prompts.some(([name]) => name === top) ? "prompt" : "settings");
    const find = (what) => box.current?.querySelector(`[data-field="${top}"] :is(${what})`);
    requestAnimationFrame(() => (find("input,select,textarea") || find("button"))?.focus());
    store.set({ field: "" });
  }, [wanted]);

  const fields = (list) =>
    list.map(([name, schema]) => (
      <Field
        key={name}
        name={name}
        schema={schema}
        problems={mine}
        store={store}
        node={node.id}
        config={item.config}
        value={item.config?.[name] ?? kind.defaults?.[name]}
        choices={choices}
        onChange={(value) => configure(store, node.id, { ...kind.defaults, ...item.config, [name]: value }, `${node.id} ${name}`)}
      />
    ));
  const onKeyDown = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) {
      store.flush();
      store.flowApi?.focusNode?.(node.id);
    }
  };
  return (
    <section className="pane insp" aria-label={`Inspector: ${plate(item.plate)} ${data.title}`} data-inspector ref={box} onKeyDown={onKeyDown} onBlur={() => store.flush()}>
      <div className="phead">
        <span className={`plate ${STATUS[mark.status]?.plate || ""}`}>{plate(item.plate)}</span>
        <h2 className="ell">{data.title}</h2>
        <div className="tabs" role="tablist" aria-label="Parts of the node">
          {tabs.map(([key, title]) => (
            <button key={key} role="tab" aria-selected={tab === key} onClick={() => setTab(key)}>{title}</button>
          ))}
        </div>
      </div>
      <div className="scroll grow" tabIndex={-1}>
        <fieldset className="plain" disabled={readOnly}>
          {tab === "settings" && (
            <div className="fm">
              <p className="hint">{kind.description}</p>
              <div className="field">
                <label htmlFor={`t-${node.id}`}>Title</label>
                <Held id={`t-${node.id}`} value={item.title} placeholder={kind.title} maxLength={120} onSave={(title) => rename(store, node.id, title.trim())} />
              </div>
              {fields(others.filter(([, schema]) => !schema.ui?.advanced))}
              {others.some(([, schema]) => schema.ui?.advanced) && (
                <details className="more" open={mine.some((p) => others.some(([name, schema]) => schema.ui?.advanced && p.field?.split(".")[0] === name)) || undefined}>
                  <summary>More settings</summary>
                  <div className="fm">{fields(others.filter(([, schema]) => schema.ui?.advanced))}</div>
                </details>
              )}
              <Ports data={data} />
              {readOnly ? null : (
                <div className="row acts">
                  <button type="button" className="btn sm" onClick={() => (store.select(node.id), insertCopies(store, copied(store)))}><Icon name="copy" />Duplicate</button>
                  <button type="button" className="btn sm danger" onClick={() => remove(store, [node])}><Icon name="trash" />Delete</button>
                </div>
              )}
            </div>
          )}
          {tab === "prompt" && <div className="fm">{fields(prompts)}</div>}
          {tab === "policy" && <Policy store={store} node={node} problems={mine} />}
        </fieldset>
        {tab === "last" && <LastOf board={board} id={node.id} mark={mark} />}
      </div>
      <div className="pfoot">
        {mine.length ? <State kind={mine.some((p) => p.severity === "error") ? "fail" : "warn"}><span className="ell">{mine[0].sentence}</span></State> : <span>{readOnly ? "To look at, not to change" : "Saved as you type"}</span>}
        <span className="r mono t12">{node.id}</span>
      </div>
    </section>
  );
}

function LastOf({ board, id, mark }) {
  const [live, setLive] = useState(board.live[id] || "");
  useEffect(() => board.subscribe(() => setLive(board.live[id] || "")), [board, id]);
  return <Last mark={mark} live={mark.status === "running" ? live : ""} />;
}
