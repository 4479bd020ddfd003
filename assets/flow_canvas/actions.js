// What a person can do with the open flow, from whatever hand: mouse, keyboard, list or menu.

import { edgeId, freeId, plate } from "./document.js";
import { runOrder, tidy } from "./layout.js";
import { node } from "./store.js";
import { closesCircle, fits, refusal } from "./types.js";

const GRID = 12;
const snapped = ({ x, y }) => ({ x: Math.round(x / GRID) * GRID, y: Math.round(y / GRID) * GRID });
const portOf = (found, side, name) => (side === "source" ? found.data.outputs : found.data.inputs).find((p) => p.name === name);
const called = (found) => `${plate(found.data.item.plate)} ${found.data.title}`;

/** Say why two ports cannot be joined; empty when they can. */
export function whyNot(store, c) {
  const [from, to] = [node(store, c.source), node(store, c.target)];
  const out = from && portOf(from, "source", c.sourceHandle);
  const into = to && portOf(to, "target", c.targetHandle);
  if (!out || !into) return "That port is not there any more.";
  if (c.source === c.target) return "A node cannot lead to itself.";
  const words = refusal(out.type, into.type, store.state.kinds, store.state.fits);
  if (words) return words;
  if (closesCircle(c.source, c.target, store.state.edges)) return `${called(to)} already leads to ${called(from)}: that would be a circle.`;
  if (store.state.edges.some((e) => e.id === edgeId(c))) return "These two are joined already.";
  return "";
}

/** Join two ports. A port that takes one track gives up the one it had, in the same step back. */
export function connect(store, c) {
  const why = whyNot(store, c);
  if (why) {
    store.say(why);
    return why;
  }
  const into = portOf(node(store, c.target), "target", c.targetHandle);
  const had = into.many ? [] : store.state.edges.filter((e) => e.target === c.target && e.targetHandle === c.targetHandle);
  const edge = { id: edgeId(c), type: "track", ...c };
  store.commit([...had.map((e) => ({ op: "disconnect", edge: e })), { op: "connect", edge }]);
  const words = `${called(node(store, c.source))} leads to ${called(node(store, c.target))}.`;
  store.say(had.length ? `${words} The track it had is gone; Ctrl Z brings it back.` : words);
  return "";
}

/** The free place for a new node: right of `id`, under what stands there. */
export function placeBeside(store, id) {
  const beside = node(store, id) || runOrder(store.state.nodes, store.state.edges).at(-1);
  if (!beside) return { x: 48, y: 96 };
  const at = snapped({ x: beside.position.x + (beside.measured?.width ?? 160) + 48, y: beside.position.y });
  const taken = (p) => store.state.nodes.some((n) => Math.abs(n.position.x - p.x) < 120 && Math.abs(n.position.y - p.y) < 84);
  while (taken(at)) at.y += 108;
  return at;
}

/** Add a node of a kind; with `pulled` joined to the port that the track came from, with `step` between if needed. */
export function addKind(store, kind, at, { pulled = null, step = null } = {}) {
  const taken = new Set(store.state.nodes.map((n) => n.id));
  const ops = [];
  const place = snapped(at);
  const make = (of, where) => {
    const id = freeId(of.kind, taken);
    taken.add(id);
    const item = { id, kind: of.kind, title: "", plate: 0, config: structuredClone(of.defaults || {}), policy: policyOf() };
    ops.push({ op: "add_node", item, at: where });
    return store.build(item, where);
  };
  const table = store.state.fits;
  const joined = (from, to) => {
    for (const out of from.data.outputs) for (const into of to.data.inputs) if (out.type === into.type) return link(from, out, to, into);
    for (const out of from.data.outputs) for (const into of to.data.inputs) if (fits(out.type, into.type, table)) return link(from, out, to, into);
    return null;
  };
  const link = (from, out, to, into) => {
    const c = { source: from.id, sourceHandle: out.name, target: to.id, targetHandle: into.name };
    ops.push({ op: "connect", edge: { id: edgeId(c), type: "track", ...c } });
    return true;
  };
  const other = pulled && node(store, pulled.node);
  const between = other && step ? make(step, place) : null;
  const made = make(kind, between ? { x: place.x + 228, y: place.y } : place);
  if (other) {
    const port = portOf(other, pulled.side, pulled.port);
    const narrowed = { ...other, data: { ...other.data, outputs: [port], inputs: [port] } };
    if (pulled.side === "source") {
      joined(narrowed, between || made);
      if (between) joined(between, made);
    } else {
      joined(between || made, narrowed);
      if (between) joined(made, between);
    }
  }
  store.commit(ops);
  store.say(`Added ${kind.title}${step ? `, with ${step.title} between` : ""}.`);
  return made.id;
}

const policyOf = () => ({ retries: 0, timeout_seconds: 60, on_error: "fail", default: null });

export function remove(store, nodes, edges = []) {
  const gone = new Set(nodes.map((n) => n.id));
  const cut = store.state.edges.filter((e) => gone.has(e.source) || gone.has(e.target) || edges.some((one) => one.id === e.id));
  if (!nodes.length && !cut.length) return;
  const next = nodes.length === 1 ? store.state.edges.find((e) => e.target === nodes[0].id)?.source : "";
  store.commit([
    ...cut.map((edge) => ({ op: "disconnect", edge })),
    ...nodes.map((n) => ({ op: "remove_node", item: n.data.item, at: n.position })),
  ]);
  if (next) store.set({ focused: next });
  const what = nodes.length ? `${nodes.length} ${nodes.length === 1 ? "node" : "nodes"}` : "a track";
  store.say(`Deleted ${what}. Ctrl Z brings it back.`);
}

/** Copies of nodes with the tracks among them, under new ids, 48 px aside. */
export function insertCopies(store, part) {
  const taken = new Set(store.state.nodes.map((n) => n.id));
  const renamed = new Map();
  const ops = [];
  for (const { item, at } of part.nodes) {
    const id = freeId(item.kind, taken);
    taken.add(id);
    renamed.set(item.id, id);
    ops.push({ op: "add_node", item: { ...structuredClone(item), id, plate: 0 }, at: { x: at.x + 48, y: at.y + 48 } });
  }
  for (const e of part.edges) {
    const c = { source: renamed.get(e.source), sourceHandle: e.sourceHandle, target: renamed.get(e.target), targetHandle: e.targetHandle };
    ops.push({ op: "connect", edge: { id: edgeId(c), type: "track", ...c } });
  }
  store.commit(ops);
  const made = new Set(renamed.values());
  store.set({ nodes: store.state.nodes.map((n) => ({ ...n, selected: made.has(n.id) })) });
  store.say(`Added ${made.size} ${made.size === 1 ? "copy" : "copies"}.`);
}

export function copied(store) {
  const nodes = store.state.nodes.filter((n) => n.selected);
  const ids = new Set(nodes.map((n) => n.id));
  const edges = store.state.edges.filter((e) => ids.has(e.source) && ids.has(e.target));
  return { format: "signalbox.part/1", nodes: nodes.map((n) => ({ item: n.data.item, at: n.position })), edges: edges.map(({ source, sourceHandle, target, targetHandle }) => ({ source, sourceHandle, target, targetHandle })) };
}

/** Lay all nodes out by run order, as one step that can be undone. */
export function tidyUp(store) {
  const { nodes, edges } = store.state;
  const sizes = Object.fromEntries(nodes.map((n) => [n.id, { width: n.measured?.width ?? 160, height: n.measured?.height ?? 72 }]));
  const placed = tidy(runOrder(nodes, edges).map((n) => n.id), edges, sizes);
  const moves = nodes
    .filter((n) => placed[n.id].x !== n.position.x || placed[n.id].y !== n.position.y)
    .map((n) => ({ op: "move", node: n.id, from: { ...n.position }, to: placed[n.id] }));
  store.commit(moves);
  store.say(moves.length ? `Tidied up: ${moves.length} moved.` : "Everything stands in order already.");
}

export function nudge(store, dx, dy) {
  const chosen = store.state.nodes.filter((n) => n.selected || n.id === store.state.focused);
  const moves = chosen.map((n) => ({ op: "move", node: n.id, from: { ...n.position }, to: { x: n.position.x + dx, y: n.position.y + dy } }));
  store.commit(moves);
}

/** Change a node's settings. Tracks on ports that are renamed follow; tracks on ports that go, go with them. */
export function configure(store, id, config, join = "") {
  const found = node(store, id);
  if (!found) return;
  const ahead = store.build({ ...found.data.item, config }, found.position).data.outputs;
  const was = found.data.outputs;
  const lost = store.state.edges.filter((e) => e.source === id && !ahead.some((p) => p.name === e.sourceHandle));
  const change = { op: "configure", node: id, value: config, was: found.data.item.config };
  if (!lost.length) return store.commit([change], { join });
  const moved = lost.flatMap((e) => {
    const at = was.findIndex((p) => p.name === e.sourceHandle);
    const name = ahead.length === was.length ? ahead[at]?.name : "";
    if (!name || was.some((p) => p.name === name)) return [];
    const c = { source: id, sourceHandle: name, target: e.target, targetHandle: e.targetHandle };
    return [{ op: "connect", edge: { id: edgeId(c), type: "track", ...c } }];
  });
  return store.commit([...lost.map((edge) => ({ op: "disconnect", edge })), change, ...moved]);
}

export const rename = (store, id, title) => {
  const was = node(store, id)?.data.item.title;
  if (was !== undefined && was !== title) store.commit([{ op: "rename", node: id, value: title, was }]);
};

export const setPolicy = (store, id, policy) => {
  const was = node(store, id)?.data.item.policy;
  if (was) store.commit([{ op: "set_policy", node: id, value: policy, was }], { join: `${id} policy` });
};
