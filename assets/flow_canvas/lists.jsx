// Fields that hold several rows: what an input asks for, key and value, routes with rules.

import React, { useState } from "react";
import { Icon } from "./icons.jsx";
import { Held, portName, Remove, Select, Switch } from "./inputs.jsx";
import { TemplateField } from "./template.jsx";

const FALLBACK_OPERATORS = { is_not_empty: "is not empty" };
const replaced = (list, i, part) => list.map((one, at) => (at === i ? { ...one, ...part } : one));
const moved = (list, i, by) => {
  const next = [...list];
  const [one] = next.splice(i, 1);
  next.splice(i + by, 0, one);
  return next;
};
const free = (names, stem) => {
  if (!names.includes(stem)) return stem;
  let n = 2;
  while (names.includes(`${stem}_${n}`)) n += 1;
  return `${stem}_${n}`;
};

function Order({ at, count, name, onMove }) {
  return (
    <span className="r row tight">
      <button type="button" className="btn quiet sm icon" aria-label={`Move ${name} up`} aria-disabled={at === 0} onClick={() => at > 0 && onMove(-1)}>
        <Icon name="arrow-up" />
      </button>
      <button type="button" className="btn quiet sm icon" aria-label={`Move ${name} down`} aria-disabled={at === count - 1} onClick={() => at < count - 1 && onMove(1)}>
        <Icon name="arrow-down" />
      </button>
    </span>
  );
}

function Add({ children, onClick }) {
  return (
    <button type="button" className="btn quiet sm" onClick={onClick}>
      <Icon name="plus" />
      {children}
    </button>
  );
}

const written = (value) => (value == null ? "" : typeof value === "string" ? value : JSON.stringify(value));

/** Read what was typed as the field's type; text that does not parse stays text and the server says why. */
export function typed(text, type) {
  if (text === "") return null;
  if (type === "text") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function Fields({ value, onChange, label, schema }) {
  const list = Array.isArray(value) ? value : [];
  const types = schema.items?.properties?.type?.enum || ["text", "number", "boolean", "object"];
  const set = (i, part) => onChange(replaced(list, i, part));
  return (
    <ul className="rows" aria-label={label}>
      {list.map((one, i) => (
        <li key={i} className="rowbox">
          <div className="rl f">
            <Held aria-label={`Name of field ${i + 1}`} className="input s26 mono" value={one.name} clean={portName} onSave={(name) => set(i, { name: name || `field_${i + 1}` })} />
            <Select aria-label={`Type of ${one.name}`} className="select s26" value={one.type} options={types.map((t) => [t, t])} onChange={(type) => set(i, { type, default: null })} />
            <span className="row tight t12">
              <Switch label={`${one.name} is needed`} value={one.required} onChange={(required) => set(i, { required })} />
              needed
            </span>
            <Remove label={`Remove field ${one.name}`} onClick={() => onChange(list.filter((_, at) => at !== i))} />
          </div>
          <div className="rl g">
            <Held aria-label={`Default of ${one.name}`} className="input s26" placeholder="Default" value={written(one.default)} onSave={(text) => set(i, { default: typed(text, one.type) })} />
            <Held aria-label={`Help for ${one.name}`} className="input s26" placeholder="Help, shown in the form" value={one.description} onSave={(description) => set(i, { description })} />
            <Order at={i} count={list.length} name={one.name} onMove={(by) => onChange(moved(list, i, by))} />
          </div>
        </li>
      ))}
      <li>
        <Add onClick={() => onChange([...list, { name: free(list.map((f) => f.name), "field"), type: "text", required: false, default: null, description: "" }])}>Field</Add>
      </li>
    </ul>
  );
}

export function KeyValue({ store, node, id, value, onChange, label }) {
  const pairs = Object.entries(value || {});
  const [fresh, setFresh] = useState(false); // a row without a name is kept here until it has one
  const rewrite = (next) => onChange(Object.fromEntries(next));
  const begin = (name) => {
    if (!name.trim()) return;
    setFresh(false);
    rewrite([...pairs, [free(pairs.map((p) => p[0]), name.trim()), ""]]);
  };
  return (
    <ul className="rows" aria-label={label}>
      {pairs.map(([key, text], i) => (
        <li key={i} className="rl kv2">
          <Held aria-label={`Name ${i + 1}`} className="input s26 mono" value={key} onSave={(name) => rewrite(pairs.map((p, at) => (at === i ? [name || key, p[1]] : p)))} />
          <TemplateField store={store} node={node} id={`${id}-${i}`} single value={written(text)} label={`Value of ${key}`} onChange={(next) => rewrite(pairs.map((p, at) => (at === i ? [p[0], next] : p)))} onDone={() => store.flush()} />
          <Remove label={`Remove ${key}`} onClick={() => rewrite(pairs.filter((_, at) => at !== i))} />
        </li>
      ))}
      {fresh && (
        <li className="rl kv2">
          <Held autoFocus aria-label={`Name ${pairs.length + 1}`} className="input s26 mono" placeholder="Name" value="" onSave={begin} />
          <span className="t12 t2">Its value comes next</span>
          <Remove label="Remove the new row" onClick={() => setFresh(false)} />
        </li>
      )}
      <li>
        <Add onClick={() => setFresh(true)}>Row</Add>
      </li>
    </ul>
  );
}

export function Cases({ store, node, id, schema, value, onChange }) {
  const list = Array.isArray(value) ? value : [];
  const rule = schema.items?.properties?.rules?.items?.properties || {};
  const operators = Object.entries(rule.operator?.ui?.options || FALLBACK_OPERATORS);
  const unary = rule.other?.ui?.hidden_for || ["is_empty", "is_not_empty", "boolean_is_true", "boolean_is_false"];
  const set = (i, part) => onChange(replaced(list, i, part));
  const fresh = () => ({ value: "{{ inputs.value }}", operator: "text_contains", other: "", next: "and" });
  return (
    <ol className="rts" aria-label="Routes, read from the top">
      {list.map((one, i) => (
        <li key={i} className="rt">
          <div className="rh">
            <span className="t2 mono">{i + 1}</span>
            <Held aria-label={`Name of route ${i + 1}`} className="input s26 b" value={one.name} clean={portName} onSave={(name) => set(i, { name: name || `route_${i + 1}` })} />
            <span className="t12 t2 ell">holds if</span>
            <Order at={i} count={list.length} name={`route ${one.name}`} onMove={(by) => onChange(moved(list, i, by))} />
            <Remove label={`Remove route ${one.name}`} onClick={() => onChange(list.filter((_, at) => at !== i))} />
          </div>
          {(one.rules || []).map((r, k) => {
            const put = (part) => set(i, { rules: replaced(one.rules, k, part) });
            return (
              <div className="rl rule" key={k}>
                <TemplateField store={store} node={node} id={`${id}-${i}-${k}-v`} single value={r.value} label={`Value, ${i + 1}.${k + 1}`} onChange={(next) => put({ value: next })} onDone={() => store.flush()} />
                <Select aria-label={`Comparison, ${i + 1}.${k + 1}`} className="select s26" value={r.operator} options={operators} onChange={(operator) => put({ operator })} />
                {unary.includes(r.operator) ? <span /> : <TemplateField store={store} node={node} id={`${id}-${i}-${k}-o`} single value={r.other} label={`Compared with, ${i + 1}.${k + 1}`} onChange={(other) => put({ other })} onDone={() => store.flush()} />}
                {k < one.rules.length - 1 ? <Select aria-label={`Joins ${i + 1}.${k + 1} to the next`} className="select s26" value={r.next || "and"} options={[["and", "and"], ["or", "or"]]} onChange={(next) => put({ next })} /> : <span />}
                <Remove label={`Remove rule, ${i + 1}.${k + 1}`} onClick={() => set(i, { rules: one.rules.filter((_, at) => at !== k) })} />
              </div>
            );
          })}
          <Add onClick={() => set(i, { rules: [...(one.rules || []), fresh()] })}>Rule</Add>
        </li>
      ))}
      <li className="rt el">
        <div className="rh">
          <span className="t2 mono">{list.length + 1}</span>
          <span className="b">else</span>
          <span className="t12 t2">everything that is left, always last</span>
        </div>
      </li>
      <li className="ar">
        <button type="button" className="btn sm" onClick={() => onChange([...list, { name: free(list.map((c) => c.name), "route"), rules: [fresh()] }])}>
          <Icon name="plus" />
          Route
        </button>
      </li>
    </ol>
  );
}
