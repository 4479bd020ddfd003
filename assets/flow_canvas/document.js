// Between the document that the server keeps and the nodes and edges that React Flow draws.

import { PORT_STEP, PORT_TOP } from "./geometry.js";
import { tidy } from "./layout.js";

const FORMAT = "signalbox.flow/1";
const NO_PORTS = [];
// As wide as a node gets: before it is drawn nobody knows.
const UNMEASURED = 240;

/** Output ports that follow from the settings: one for each entry of a list, then those that are always last. */
export function outputsOf(kind, config) {
  const rule = kind?.dynamic_outputs;
  if (!rule) return kind?.outputs || NO_PORTS;
  const entries = Array.isArray(config?.[rule.field]) ? config[rule.field] : [];
  const own = entries
    .filter((entry) => entry?.[rule.name_key])
    .map((entry) => ({ name: entry[rule.name_key], type: (rule.type_key && entry[rule.type_key]) || rule.type || "any", title: entry.description || "" }));
  const holds = !rule.only_if || Object.entries(rule.only_if).every(([key, value]) => config?.[key] === value);
  return holds ? [...own, ...(rule.last || [])] : own;
}

export const inputsOf = (kind) => kind?.inputs || NO_PORTS;

const first = (value) => (Array.isArray(value) ? value[0] : value);
export const plate = (number) => (number ? String(number).padStart(2, "0") : "+");
const clipped = (text) => String(text ?? "").split("\n").find((line) => line.trim())?.trim().slice(0, 60) || "";

/** One line about what a node does, from its settings; `names` turns ids of knowledge bases and models into words. */
export function lineOf(kind, config, names) {
  const called = (id) => names?.[id] || id;
  const of = config || {};
  switch (kind?.kind) {
    case "input":
      return (of.fields || []).map((field) => field.name).filter(Boolean).join(", ") || "No fields yet";
    case "condition": {
      const cases = of.cases || [];
      const rule = cases.length === 1 && cases[0].rules?.length === 1 ? cases[0].rules[0] : null;
      if (!rule) return `${cases.length + 1} routes`;
      const words = rule.operator?.replace(/^(text|number|boolean)_/, "").replaceAll("_", " ");
      return `${(rule.value || "").replace(/[{}]/g, "").trim()} ${words} ${rule.other || ""}`.trim();
    }
    case "http_request":
      return clipped(`${of.method || "GET"} ${of.url || ""}`);
    case "output":
      return of.name || "answer";
    default: {
      if (of.prompt) return of.prompt.slug ? clipped(`${called(of.prompt.slug)}, ${of.prompt.version ? `v${of.prompt.version}` : of.prompt.label}`) : "No prompt yet";
      const bases = of.knowledge_base_ids || of.knowledge_bases || of.knowledge_base_id;
      const words = [];
      if (first(bases)) words.push([].concat(bases).map(called).join(", "));
      else if (kind?.kind === "knowledge_search") words.push("No knowledge base yet");
      if (of.model !== undefined) words.push(of.model ? called(of.model) : "Project's model");
      return words.join(", ") || clipped(of.template) || kind?.description || "";
    }
  }
}

/** Make the thing that React Flow draws. `item` is a node of the document. */
export function builder(kinds, names) {
  const byName = new Map(kinds.map((kind) => [kind.kind, kind]));
  return (item, at) => {
    const kind = byName.get(item.kind) || { kind: item.kind, title: item.kind, icon: "box", inputs: [], outputs: [], unknown: true };
    const config = { ...kind.defaults, ...item.config };
    const [inputs, outputs] = [inputsOf(kind), outputsOf(kind, config)];
    const rows = Math.max(inputs.length, outputs.length);
    return {
      id: item.id,
      type: "plate",
      position: at || { x: 0, y: 0 },
      data: {
        item,
        kind,
        inputs,
        outputs,
        line: lineOf(kind, config, names),
        title: item.title || kind.title,
        least: Math.max(72, PORT_TOP + (rows - 1) * PORT_STEP + 20),
      },
    };
  };
}

/** Return the node after a configure, rename or set_policy. */
export function applied(node, op, build) {
  const key = { configure: "config", rename: "title", set_policy: "policy", number: "plate" }[op.op];
  return { ...node, data: build({ ...node.data.item, [key]: op.value }, node.position).data };
}

export const edgeOf = (edge) => ({
  id: edge.id,
  type: "track",
  source: edge.source,
  sourceHandle: edge.source_port,
  target: edge.target,
  targetHandle: edge.target_port,
});

export const edgeId = (c) => `${c.source}.${c.sourceHandle}-${c.target}.${c.targetHandle}`;

const plainEdge = (e) => ({ id: e.id, source: e.source, source_port: e.sourceHandle, target: e.target, target_port: e.targetHandle });

/** Return the nodes and tracks as they are drawn. Nodes without a place, as a program leaves them, stand in run order. */
export function fromDocument(document, build) {
  const [items, edges, layout] = [document?.nodes || [], document?.edges || [], document?.layout || {}];
  const nodes = items.map((item) => build(item, layout[item.id]));
  if (items.every((item) => layout[item.id])) return { nodes, edges: edges.map(edgeOf) };
  const sizes = Object.fromEntries(nodes.map((n) => [n.id, { width: UNMEASURED, height: n.data.least }]));
  const placed = tidy(nodes.map((n) => n.id), edges, sizes);
  return { nodes: nodes.map((n) => (layout[n.id] ? n : { ...n, position: placed[n.id] })), edges: edges.map(edgeOf) };
}

export function toDocument({ nodes, edges, limits }) {
  const layout = Object.fromEntries(nodes.map((n) => [n.id, { x: n.position.x, y: n.position.y }]));
  const made = { format: FORMAT, nodes: nodes.map((n) => n.data.item), edges: edges.map(plainEdge), layout };
  return limits ? { ...made, limits } : made;
}

/** The part of an operation that the server reads. */
export function wire(op) {
  switch (op.op) {
    case "move":
      return { op: "move", node: op.node, x: op.to.x, y: op.to.y };
    case "add_node":
      return { op: "add_node", node: op.item, position: { x: op.at.x, y: op.at.y } };
    case "remove_node":
      return { op: "remove_node", node: op.item.id };
    case "connect":
      return { op: "connect", edge: plainEdge(op.edge) };
    case "disconnect":
      return { op: "disconnect", edge: op.edge.id };
    case "configure":
      return { op: "configure", node: op.node, config: op.value };
    case "rename":
      return { op: "rename", node: op.node, title: op.value };
    default:
      return { op: op.op, node: op.node, policy: op.value };
  }
}

/** A free id for a new node: it is also its name inside templates. */
export function freeId(kind, taken) {
  const stem = kind.replace(/[^a-z0-9_]/g, "_");
  if (!taken.has(stem) && !["inputs", "run", "loop", "self", "input_"].includes(stem)) return stem;
  let number = 2;
  while (taken.has(`${stem}_${number}`)) number += 1;
  return `${stem}_${number}`;
}
