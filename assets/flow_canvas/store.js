// The document of one open flow, shared by canvas, inspector, timeline and marks. The browser owns it.

import { useSyncExternalStore } from "react";
import { branchingOf, joinsOf, problemsByNode, waysOf } from "./derived.js";
import { applied, builder, fromDocument, toDocument, wire } from "./document.js";
import { apply, undoing } from "./operations.js";

const stores = new Map();
const SEND_AFTER_MS = 500; // a pause in typing; one message goes out for it

class FlowStore {
  state = {
    nodes: [], edges: [], limits: null, kinds: [], fits: {}, names: {}, choices: {}, problems: [], readOnly: false,
    selected: "", focused: "", ask: null, said: "", alarm: "", view: "canvas", revision: -1, frozen: false, pulled: null, refused: "",
    joins: new Map(), branching: new Set(), problemOf: new Map(), ways: new Map(),
  };
  past = [];
  future = [];
  listeners = new Set();
  pending = null;
  sender = null;
  flowApi = null; // React Flow's own, while a canvas is mounted
  build = builder([], {});

  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(part) {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }

  load({ document, revision, ...rest }) {
    clearTimeout(this.timer);
    this.pending = null;
    this.past = [];
    this.future = [];
    this.build = builder(rest.kinds || [], rest.names || {});
    const drawn = fromDocument(document, this.build);
    const kept = drawn.nodes.some((n) => n.id === this.state.selected) ? this.state.selected : "";
    drawn.nodes = drawn.nodes.map((n) => (n.id === kept ? { ...n, selected: true } : n));
    this.set({ ...drawn, ...rest, limits: document?.limits || null, revision, selected: kept, focused: kept, ask: null, frozen: false });
    this.derive();
  }

  /** Work out again what follows from nodes and edges. */
  derive() {
    const { nodes, edges, joins } = this.state;
    this.set({ joins: joinsOf(nodes, edges, joins), branching: branchingOf(nodes) });
    this.reroute();
  }

  /** Lead tracks around nodes, once things stand still. */
  reroute() {
    clearTimeout(this.routing);
    this.routing = setTimeout(() => this.set({ ways: waysOf(this.state.nodes, this.state.edges) }), 60);
  }

  /** Take the checklist of the server. */
  judge(problems) {
    this.set({ problems, problemOf: problemsByNode(problems) });
  }

  /** Take the plates that a save gave. */
  number(plates) {
    if (!this.state.nodes.some((n) => plates[n.id] && plates[n.id] !== n.data.item.plate)) return;
    const nodes = this.state.nodes.map((n) =>
      plates[n.id] && plates[n.id] !== n.data.item.plate ? applied(n, { op: "number", value: plates[n.id] }, this.build) : n,
    );
    this.set({ nodes });
    this.derive();
  }

  /** Take new words for ids, such as names of knowledge bases: lines of nodes are written with them. */
  rename(names) {
    this.build = builder(this.state.kinds, names);
    this.set({ names, nodes: this.state.nodes.map((n) => ({ ...n, data: this.build(n.data.item, n.position).data })) });
  }

  /** Change the document here at once, remember how to undo it, and tell the server. */
  commit(ops, { join = "" } = {}) {
    if (!ops.length || this.state.readOnly || this.state.frozen) return;
    this.draw(ops);
    const last = this.past[this.past.length - 1];
    if (join && last?.join === join && performance.now() - last.at < 1500) {
      last.ops = ops.map((op, i) => ({ ...op, was: last.ops[i].was }));
      last.at = performance.now();
    } else {
      this.past.push({ ops, join, at: performance.now() });
    }
    this.future = [];
    if (join) this.later(ops, join);
    else this.send(ops);
  }

  draw(ops) {
    const { nodes, edges } = apply(this.state, ops, this.build);
    const selected = nodes.some((n) => n.id === this.state.selected) ? this.state.selected : nodes.find((n) => n.selected)?.id || "";
    const added = [...ops].reverse().find((op) => op.op === "add_node");
    this.set({ nodes, edges, selected: added ? added.item.id : selected });
    this.derive();
  }

  undo() {
    const entry = this.past.pop();
    if (!entry) return this.say("Nothing to undo.");
    this.flush();
    this.future.push(entry);
    this.draw(undoing(entry.ops));
    this.send(undoing(entry.ops));
    this.say("Undone.");
  }

  redo() {
    const entry = this.future.pop();
    if (!entry) return this.say("Nothing to do again.");
    this.past.push(entry);
    this.draw(entry.ops);
    this.send(entry.ops);
    this.say("Done again.");
  }

  later(ops, join) {
    if (this.pending && this.pending.join !== join) this.flush();
    this.pending = { ops, join };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), SEND_AFTER_MS);
  }

  /** Send what typing has left waiting; called before a run, an undo and any other edit. */
  flush() {
    clearTimeout(this.timer);
    const { pending } = this;
    this.pending = null;
    if (pending) this.sender?.(pending.ops.map(wire));
  }

  send(ops) {
    this.flush();
    this.sender?.(ops.map(wire));
  }

  /** Select one node, in the list, the canvas and the inspector alike. */
  select(id) {
    const chosen = this.state.nodes.some((n) => n.selected !== (n.id === id))
      ? this.state.nodes.map((n) => (Boolean(n.selected) === (n.id === id) ? n : { ...n, selected: n.id === id }))
      : this.state.nodes;
    const edges = this.state.edges.some((e) => e.selected) ? this.state.edges.map((e) => (e.selected ? { ...e, selected: false } : e)) : this.state.edges;
    this.set({ nodes: chosen, edges, selected: id, focused: id || this.state.focused });
  }

  say(text) {
    this.set({ said: text });
  }

  document() {
    return toDocument(this.state);
  }
}

export function storeOf(key) {
  if (!stores.has(key)) stores.set(key, new FlowStore());
  return stores.get(key);
}

/** Forget what a closed page held; the next one loads it anew. */
export function dropStore(key) {
  stores.get(key)?.flush();
  stores.delete(key);
}

export function useFlow(store, pick) {
  const get = () => pick(store.state);
  return useSyncExternalStore(store.subscribe, get, get);
}

export const node = (store, id) => store.state.nodes.find((n) => n.id === id);
