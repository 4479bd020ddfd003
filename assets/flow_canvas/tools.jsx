// The tools of an agent: each a kind with its own few settings.

import React from "react";
import { Icon } from "./icons.jsx";
import { Remove } from "./inputs.jsx";

const variantsOf = (schema) => schema.items?.oneOf || schema.items?.anyOf || (schema.items?.properties ? [schema.items] : []);
const kindOf = (variant) => variant.properties?.kind?.const || variant.properties?.kind?.default || variant.properties?.type?.const || "";

const CALLED = { knowledge: "Knowledge search", http: "HTTP request" };
const titleOf = (variant) => CALLED[kindOf(variant)] || variant.title || kindOf(variant) || "Tool";

function fresh(variant) {
  return Object.fromEntries(Object.entries(variant.properties || {}).map(([name, part]) => [name, part.const ?? part.default ?? (part.type === "array" ? [] : part.type === "object" ? {} : part.type === "boolean" ? false : part.type === "integer" || part.type === "number" ? 0 : "")]));
}

/** `Field` draws one setting of a tool: it comes from above, since a field may be this list itself. */
export function Tools({ Field, schema, value, onChange, choices, store, node }) {
  const list = Array.isArray(value) ? value : [];
  const variants = variantsOf(schema);
  const variantFor = (one) => variants.find((v) => kindOf(v) && (one.kind === kindOf(v) || one.type === kindOf(v))) || variants[0] || { properties: {} };
  return (
    <ul className="rows" aria-label={schema.title || "Tools"}>
      {list.map((one, i) => {
        const variant = variantFor(one);
        const set = (part) => onChange(list.map((t, at) => (at === i ? { ...t, ...part } : t)));
        return (
          <li key={i} className="rowbox">
            <div className="rh">
              <Icon name="wrench" />
              <span className="b">{titleOf(variant)}</span>
              <span className="r"><Remove label={`Remove tool ${i + 1}`} onClick={() => onChange(list.filter((_, at) => at !== i))} /></span>
            </div>
            {Object.entries(variant.properties || {})
              .filter(([name, part]) => part.const === undefined && !(name === "kind" && part.enum?.length === 1))
              .map(([name, part]) => (
                <Field key={name} name={name} schema={part} problems={[]} store={store} node={`${node}-tool-${i}`} config={one} value={one[name]} choices={choices} onChange={(next) => set({ [name]: next })} />
              ))}
          </li>
        );
      })}
      <li className="row">
        {variants.map((variant) => (
          <button key={kindOf(variant) || variant.title} type="button" className="btn quiet sm" onClick={() => onChange([...list, fresh(variant)])}>
            <Icon name="plus" />
            {titleOf(variant)}
          </button>
        ))}
      </li>
    </ul>
  );
}
