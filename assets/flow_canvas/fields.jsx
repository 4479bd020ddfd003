// One field of a form, drawn from its JSON Schema and the hint `ui` in it.

import React, { useEffect, useState } from "react";
import { Held, portName, Select, Switch } from "./inputs.jsx";
import { Cases, Fields, KeyValue } from "./lists.jsx";
import { PromptField } from "./prompt.jsx";
import { TemplateField } from "./template.jsx";
import { State } from "./shapes.jsx";
import { Tools } from "./tools.jsx";

const typeOf = (schema) => schema.type || schema.anyOf?.find((s) => s.type !== "null")?.type || "";
const sayable = (name) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");

export function controlOf(schema) {
  if (schema.ui?.control) return schema.ui.control;
  if (schema.enum || schema.const) return "select";
  return { boolean: "switch", number: "number", integer: "number", object: "json", array: "json" }[typeOf(schema)] || "line";
}

function NumberField({ id, schema, value, onChange, describedBy, invalid }) {
  const part = schema.anyOf?.find((s) => s.type !== "null") || schema;
  const optional = Boolean(schema.anyOf?.some((s) => s.type === "null"));
  const [text, setText] = useState(value == null ? "" : String(value));
  useEffect(() => setText(value == null ? "" : String(value)), [value]);
  const take = (written) => {
    setText(written);
    if (written.trim() === "") {
      if (optional) onChange(null);
      return;
    }
    const number = Number(written);
    if (Number.isFinite(number)) onChange(part.type === "integer" ? Math.round(number) : number);
  };
  const step = schema.ui?.step ?? (part.type === "integer" ? 1 : "any");
  return (
    <span className="row nf">
      <input id={id} className="input num" type="number" inputMode="decimal" value={text} min={part.minimum ?? part.exclusiveMinimum} max={part.maximum} step={step} aria-describedby={describedBy} aria-invalid={invalid || undefined} placeholder={schema.ui?.placeholder ?? (optional ? "not set" : "")} onChange={(e) => take(e.target.value)} />
      {schema.ui?.unit && <span className="t2">{schema.ui.unit}</span>}
    </span>
  );
}

function JsonField({ id, value, onChange, describedBy, label }) {
  const written = () => (value == null ? "" : JSON.stringify(value, null, 2));
  const [text, setText] = useState(written);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    setText(written());
    setWrong("");
  }, [JSON.stringify(value)]);
  const take = () => {
    try {
      onChange(text.trim() ? JSON.parse(text) : null);
      setWrong("");
    } catch (error) {
      setWrong(`This is not JSON: ${error.message}.`);
    }
  };
  return (
    <>
      <textarea id={id} className="input mono" rows={5} spellCheck={false} aria-label={label} aria-invalid={wrong ? true : undefined} aria-describedby={describedBy} value={text} onChange={(e) => setText(e.target.value)} onBlur={take} />
      {wrong && <State kind="fail">{wrong}</State>}
    </>
  );
}

/** Choose one of what the project has, with a way to make one where it has none. */
function Picker({ id, value, found, empty, none, href, onChange, describedBy }) {
  return (
    <>
      <Select id={id} value={value} empty={empty} aria-describedby={describedBy} options={found.map((one) => [one.id, one.detail ? `${one.title}, ${one.detail}` : one.title])} onChange={onChange} />
      {!found.length && (
        <span className="hint">
          {none} <a className="u" href={href}>Open the page</a>
        </span>
      )}
    </>
  );
}

function Several({ id, value, found, none, href, onChange, label }) {
  const held = Array.isArray(value) ? value : [];
  const lost = held.filter((one) => !found.some((f) => f.id === one));
  const turn = (one) => onChange(held.includes(one) ? held.filter((h) => h !== one) : [...held, one]);
  return (
    <div role="group" aria-label={label} id={id} className="several">
      {[...found, ...lost.map((one) => ({ id: one, title: one, detail: "not there any more" }))].map((one) => (
        <label key={one.id} className="choice">
          <input type="checkbox" checked={held.includes(one.id)} onChange={() => turn(one.id)} />
          <span>{one.title}</span>
          {one.detail && <span className="t12 t2">{one.detail}</span>}
        </label>
      ))}
      {!found.length && (
        <span className="hint">
          {none} <a className="u" href={href}>Open the page</a>
        </span>
      )}
    </div>
  );
}

const NONE = { models: "No model is connected yet.", knowledge_bases: "No knowledge base yet." };

function Control({ schema, control, common, props }) {
  const { store, node, value, onChange, choices, id, label } = props;
  const options = Object.entries(schema.ui?.options || Object.fromEntries((schema.enum || schema.anyOf?.flatMap((s) => s.enum || []) || []).map((one) => [one, sayable(String(one))])));
  switch (control) {
    case "switch":
      return <Switch id={id} value={value} onChange={onChange} label={label} describedBy={common["aria-describedby"]} />;
    case "number":
    case "integer":
    case "slider":
      return <NumberField id={id} schema={schema} value={value} onChange={onChange} describedBy={common["aria-describedby"]} invalid={common["aria-invalid"]} />;
    case "select":
      return <Select id={id} value={value} options={options} onChange={onChange} {...common} />;
    case "template":
    case "template_line":
      return <TemplateField store={store} node={node} id={id} value={value} onChange={onChange} onDone={() => store.flush()} label={label} describedBy={common["aria-describedby"]} invalid={common["aria-invalid"]} lines={schema.ui?.lines || 6} single={control === "template_line"} />;
    case "text":
    case "textarea":
      return <textarea id={id} className="input" rows={3} value={value ?? ""} onChange={(e) => onChange(e.target.value)} onBlur={() => store.flush()} {...common} />;
    case "fields":
      return <Fields schema={schema} value={value} onChange={onChange} label={label} />;
    case "key_value":
      return <KeyValue store={store} node={node} id={id} value={value} onChange={onChange} label={label} />;
    case "cases":
      return <Cases store={store} node={node} id={id} schema={schema} value={value} onChange={onChange} />;
    case "tools":
      return <Tools Field={Field} schema={schema} value={value} onChange={onChange} choices={choices} store={store} node={node} id={id} />;
    case "model":
      return <Picker id={id} value={value} found={(choices.models || []).filter((one) => one.tools || schema.ui?.needs !== "tools")} empty="The project's model" none={NONE.models} href="/models" onChange={onChange} describedBy={common["aria-describedby"]} />;
    case "prompt":
      return <PromptField store={store} node={node} id={id} value={value} onChange={onChange} choices={choices} describedBy={common["aria-describedby"]} />;
    case "knowledge_base":
      return <Picker id={id} value={value} found={choices.knowledge_bases || []} empty="Choose one" none={NONE.knowledge_bases} href="/knowledge" onChange={onChange} describedBy={common["aria-describedby"]} />;
    case "knowledge_bases":
      return <Several id={id} value={value} found={choices.knowledge_bases || []} none={NONE.knowledge_bases} href="/knowledge" onChange={onChange} label={label} />;
    case "json":
    case "schema":
    case "value":
      return <JsonField id={id} value={value} onChange={onChange} label={label} describedBy={common["aria-describedby"]} />;
    default:
      return <Held id={id} value={value} onSave={onChange} clean={schema.pattern === "^[A-Za-z_][A-Za-z0-9_]{0,63}$" ? portName : undefined} {...common} />;
  }
}

export function Field({ name, schema, problems, ...props }) {
  const id = `f-${props.node}-${name}`;
  const label = schema.title || sayable(name);
  const control = controlOf(schema);
  const errors = problems.filter((p) => p.field === name || p.field?.startsWith(`${name}.`));
  const help = schema.description ? `${id}-help` : undefined;
  const common = { "aria-describedby": errors.length ? `${id}-error` : help, "aria-invalid": errors.some((e) => e.severity === "error") || undefined };
  const grouped = ["fields", "cases", "key_value", "tools", "knowledge_bases"].includes(control);
  const hidden = Object.entries(schema.ui?.hidden_when || {}).some(([key, value]) => props.config?.[key] === value);
  const shown = !schema.ui?.only_if || Object.entries(schema.ui.only_if).every(([key, value]) => (Array.isArray(value) ? value.includes(props.config[key]) : props.config[key] === value));
  // What a chosen prompt says already is not asked for again.
  const said = schema.ui?.hidden_with && props.config?.[schema.ui.hidden_with];
  if (!shown || hidden || said || control === "hidden") return null;
  return (
    <div className={`field c-${control}`} data-field={name}>
      {grouped ? <span className="lab">{label}</span> : <label htmlFor={id}>{label}</label>}
      <Control schema={schema} control={control} common={common} props={{ ...props, id, label }} />
      {errors.length ? (
        <div id={`${id}-error`} className="ferr">
          {errors.map((error, i) => (
            <State key={i} kind={error.severity === "error" ? "fail" : "warn"}>{`${error.sentence} ${error.fix || ""}`}</State>
          ))}
        </div>
      ) : (
        schema.description && <p className="hint" id={help}>{schema.description}</p>
      )}
    </div>
  );
}
