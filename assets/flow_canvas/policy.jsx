// What happens when a node fails: more tries, a time limit, and what stands in for its output.

import React from "react";
import { setPolicy } from "./actions.js";
import { Field } from "./fields.jsx";

const SCHEMAS = {
  retries: { type: "integer", title: "Tries again", minimum: 0, maximum: 10, description: "How often it tries again after a failure that may pass, such as a server that is busy.", ui: { unit: "times" } },
  timeout_seconds: { type: "number", title: "Time limit", minimum: 1, maximum: 3600, description: "One try may take this long.", ui: { unit: "s" } },
  on_error: { type: "string", title: "When it still fails", ui: { control: "select", options: { fail: "The run fails, and says where", default: "Go on with a value of your own" } } },
  default: { title: "The value", description: "JSON. It is given on as the output, so that the run can go on.", ui: { control: "json", only_if: { on_error: "default" } } },
};

export function Policy({ store, node, problems }) {
  const { policy } = node.data.item;
  return (
    <div className="fm">
      {Object.entries(SCHEMAS).map(([name, schema]) => (
        <Field
          key={name}
          name={name}
          schema={schema}
          problems={problems.filter((p) => p.field === `policy.${name}`).map((p) => ({ ...p, field: name }))}
          store={store}
          node={node.id}
          config={policy}
          value={policy[name]}
          choices={{}}
          onChange={(value) => setPolicy(store, node.id, { ...policy, [name]: value })}
        />
      ))}
    </div>
  );
}
