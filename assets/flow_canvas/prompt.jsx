// A prompt that is kept outside the flow: which one, by label or version, and what fills its values.

import React from "react";
import { Select } from "./inputs.jsx";
import { TemplateField } from "./template.jsx";

const versionsOf = (prompt) => Array.from({ length: Math.min(prompt?.latest || 0, 20) }, (_, i) => prompt.latest - i);

/** What a node can mean: each label with the version that it points at now, then each version. */
export function meanings(prompt) {
  const labels = Object.entries(prompt?.labels || {}).map(([label, version]) => [`label:${label}`, `Follow ${label}, now v${version}`]);
  return [...labels, ["label:latest", `Follow the newest, now v${prompt?.latest ?? 0}`], ...versionsOf(prompt).map((version) => [`version:${version}`, `Stay at v${version}`])];
}

const meant = (value) => (value.version ? `version:${value.version}` : `label:${value.label || "production"}`);

export function PromptField({ store, node, id, value, onChange, choices, describedBy }) {
  const found = choices.prompts || [];
  const prompt = found.find((one) => one.id === value?.slug);
  const choose = (slug) => {
    const chosen = found.find((one) => one.id === slug);
    const label = chosen?.labels?.production || !chosen ? "production" : "latest";
    onChange(slug ? { slug, label, version: null, values: {} } : null);
  };
  const turn = (key) => {
    const [kind, name] = key.split(":");
    onChange({ ...value, label: kind === "label" ? name : "", version: kind === "version" ? Number(name) : null });
  };
  return (
    <>
      <Select id={id} value={value?.slug ?? ""} empty="Written in this node" aria-describedby={describedBy} options={found.map((one) => [one.id, one.detail ? `${one.title}, ${one.detail}` : one.title])} onChange={choose} />
      {value?.slug && (
        <>
          <Select aria-label="Which version" value={meant(value)} options={meanings(prompt)} onChange={turn} />
          {(prompt?.variables || []).map((name) => (
            <div className="field" key={name}>
              <label htmlFor={`${id}-${name}`} className="mono">{name}</label>
              <TemplateField store={store} node={node} id={`${id}-${name}`} single value={value.values?.[name] ?? ""} onChange={(text) => onChange({ ...value, values: { ...value.values, [name]: text } })} onDone={() => store.flush()} label={`Value of ${name}`} />
            </div>
          ))}
          <span className="hint"><a className="u" href={`/prompts/${value.slug}`}>Open the prompt</a></span>
        </>
      )}
    </>
  );
}
