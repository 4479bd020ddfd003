// The plain inputs that fields, lists and tools are made of.

import React, { useEffect, useState } from "react";
import { Icon } from "./icons.jsx";

/** Port names stand in templates: letters, digits and underscores. */
export const portName = (text) => text.trim().replace(/[^A-Za-z0-9_]+/g, "_").replace(/^(\d)/, "_$1").slice(0, 64);

/** A text that is kept here until it is left: for names, which other things hang on. */
export function Held({ value, onSave, clean = (text) => text, ...rest }) {
  const [text, setText] = useState(value ?? "");
  useEffect(() => setText(value ?? ""), [value]);
  const save = () => {
    const cleaned = clean(text);
    setText(cleaned);
    if (cleaned !== (value ?? "")) onSave(cleaned);
  };
  return <input className="input" {...rest} value={text} onChange={(e) => setText(e.target.value)} onBlur={save} onKeyDown={(e) => e.key === "Enter" && save()} />;
}

export function Select({ id, value, options, onChange, empty, ...rest }) {
  return (
    <select id={id} className="select" value={value ?? ""} onChange={(event) => onChange(event.target.value)} {...rest}>
      {empty !== undefined && <option value="">{empty}</option>}
      {options.map(([key, title]) => (
        <option key={key} value={key}>{title}</option>
      ))}
      {value && !options.some(([key]) => key === value) && <option value={value}>{`${value} (not there any more)`}</option>}
    </select>
  );
}

export function Switch({ id, value, onChange, label, describedBy }) {
  return <button type="button" id={id} role="switch" className="switch" aria-checked={Boolean(value)} aria-label={label} aria-describedby={describedBy} onClick={() => onChange(!value)} />;
}

export function Remove({ label, onClick }) {
  return (
    <button type="button" className="btn quiet sm icon" aria-label={label} onClick={onClick}>
      <Icon name="x" />
    </button>
  );
}
