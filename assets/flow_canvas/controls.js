// The keyboard of the canvas: one tab stop, arrows along the track, single keys for acts. And the ways in for others.

import { useEffect } from "react";
import { addKind, connect, copied, insertCopies, nudge, placeBeside, remove, tidyUp } from "./actions.js";
import { nextProblem } from "./problems.jsx";
import { useFlow } from "./store.js";

const STEP = 24;
const editable = (t) => t instanceof Element && (t.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName) || t.closest("[role=dialog],[role=listbox],[role=menu]"));

/** Bring a node into view if it is not, and put the focus on it. */
function focusNode(store, api, wrapper, id) {
  const found = store.state.nodes.find((n) => n.id === id);
  const box = wrapper.current?.getBoundingClientRect();
  if (!found || !box) return;
  store.set({ focused: id });
  const { x, y, zoom } = api.getViewport();
  const [left, top] = [found.position.x * zoom + x, found.position.y * zoom + y];
  const [width, height] = [(found.measured?.width ?? 160) * zoom, (found.measured?.height ?? 72) * zoom];
  if (left < 8 || top < 8 || left + width > box.width - 8 || top + height > box.height - 8) {
    api.setCenter(found.position.x + width / zoom / 2, found.position.y + height / zoom / 2, { zoom, duration: 160 });
  }
  const put = (left2) => {
    const there = wrapper.current?.querySelector(`[data-node="${id}"]`);
    if (there) there.focus({ preventScroll: true });
    else if (left2) requestAnimationFrame(() => put(left2 - 1));
  };
  put(12);
}

/** The node that an arrow leads to: along the track, or the nearest above or below. */
export function neighbour({ nodes, edges }, id, key) {
  const self = nodes.find((n) => n.id === id);
  if (!self) return nodes[0]?.id;
  const near = (list) => list.sort((a, b) => Math.abs(a.position.y - self.position.y) - Math.abs(b.position.y - self.position.y))[0]?.id;
  const ends = (own, other) => nodes.filter((n) => edges.some((e) => e[own] === id && e[other] === n.id));
  if (key === "ArrowRight") return near(ends("source", "target")) || near(nodes.filter((n) => n.position.x > self.position.x + 20));
  if (key === "ArrowLeft") return near(ends("target", "source")) || near(nodes.filter((n) => n.position.x < self.position.x - 20));
  const down = key === "ArrowDown";
  const there = nodes.filter((n) => n.id !== id && (down ? n.position.y > self.position.y + 8 : n.position.y < self.position.y - 8));
  const far = (n) => Math.abs(n.position.y - self.position.y) + 2 * Math.abs(n.position.x - self.position.x);
  return there.sort((a, b) => far(a) - far(b))[0]?.id;
}

/** The nodes that an act is of: with a track selected and no node, none, though one still has the focus. */
function chosen(store) {
  const { nodes, edges, focused } = store.state;
  const selected = nodes.filter((n) => n.selected);
  return selected.length || edges.some((e) => e.selected) ? selected : nodes.filter((n) => n.id === focused);
}

export function askAnywhere(store, wrapper, api) {
  const box = wrapper.current.getBoundingClientRect();
  const { focused } = store.state;
  const at = store.state.nodes.length ? placeBeside(store, focused) : api.screenToFlowPosition({ x: box.left + box.width / 3, y: box.top + box.height / 3 });
  store.set({ ask: { at, x: box.left + box.width / 3, y: box.top + box.height / 3, pulled: null } });
}

function openInspector(store, id) {
  store.select(id);
  requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector("[data-inspector] .scroll :is(input,select,textarea,button)")?.focus()));
}

function withControl(store, event, key) {
  if (key === "z" && !event.shiftKey) return store.undo(), true;
  if (key === "y" || (key === "z" && event.shiftKey)) return store.redo(), true;
  if (key === "a") return store.set({ nodes: store.state.nodes.map((n) => ({ ...n, selected: true })), selected: "" }), true;
  if (key === "d") return insertCopies(store, copied(store)), true;
  return false;
}

function withoutControl(store, api, fit, wrapper, event) {
  const { focused, readOnly } = store.state;
  const key = event.key;
  if (key.startsWith("Arrow")) {
    if (event.altKey && !readOnly) nudge(store, { ArrowLeft: -STEP, ArrowRight: STEP }[key] || 0, { ArrowUp: -STEP, ArrowDown: STEP }[key] || 0);
    else {
      const next = neighbour(store.state, focused || store.state.nodes[0]?.id, key);
      if (next) store.select(next); // one node has the focus, the inspector and Delete: never two
      focusNode(store, api, wrapper, next);
    }
    return true;
  }
  if (event.altKey) return false;
  const look = { f: () => fit(), "+": () => api.zoomIn({ duration: 90 }), "=": () => api.zoomIn({ duration: 90 }), "-": () => api.zoomOut({ duration: 90 }), 0: () => api.zoomTo(1, { duration: 90 }), p: () => nextProblem(store), Enter: () => focused && openInspector(store, focused), " ": () => focused && store.select(focused) };
  const edit = {
    n: () => askAnywhere(store, wrapper, api),
    c: () => focused && store.set({ joining: focused }),
    T: () => event.shiftKey && (tidyUp(store), fit()),
    Delete: () => remove(store, chosen(store), store.state.edges.filter((e) => e.selected)),
    Backspace: () => remove(store, chosen(store), store.state.edges.filter((e) => e.selected)),
  };
  const act = look[key] || (readOnly ? null : edit[key]);
  if (act) act();
  return Boolean(act);
}

export function useControls(store, api, fit, wrapper) {
  const readOnly = useFlow(store, (s) => s.readOnly);
  useEffect(() => {
    const focus = (id) => focusNode(store, api, wrapper, id);
    const begin = () => {
      const find = (test) => store.state.kinds.find(test);
      const id = addKind(store, find((k) => k.starts), { x: 48, y: 120 });
      addKind(store, find((k) => k.ends), { x: 480, y: 120 });
      focus(id);
    };
    store.flowApi = { ...api, fit, wrapper, focusNode: focus, begin, join: (c) => connect(store, c), ask: () => askAnywhere(store, wrapper, api) };
  }, [api, fit, store, wrapper]);

  useEffect(() => {
    const inside = (target) => wrapper.current?.contains(target);
    const onKey = (event) => {
      if (event.isComposing || event.defaultPrevented || editable(event.target) || store.state.view === "steps") return;
      const here = inside(event.target);
      if (!here && event.target !== document.body && event.target.id !== "main") return;
      const control = event.ctrlKey || event.metaKey;
      if (event.key === "Escape") {
        store.set({ ask: null, refusal: null, joining: "" });
        return;
      }
      if (event.target.closest?.("button") && (event.key === "Enter" || event.key === " ")) return;
      const done = control ? !readOnly && withControl(store, event, event.key.toLowerCase()) : withoutControl(store, api, fit, wrapper, event);
      if (done) event.preventDefault();
    };
    const onCopy = (event) => {
      if (editable(event.target) || !inside(document.activeElement) || getSelection()?.toString()) return;
      const part = copied(store);
      if (!part.nodes.length) return;
      event.clipboardData.setData("text/plain", JSON.stringify(part));
      event.preventDefault();
      if (event.type === "cut" && !readOnly) remove(store, chosen(store));
      else store.say(`Copied ${part.nodes.length}.`);
    };
    const onPaste = (event) => {
      if (editable(event.target) || readOnly) return;
      const text = event.clipboardData.getData("text/plain");
      if (!text.startsWith('{"format":"signalbox.part/1"')) return;
      event.preventDefault();
      const known = new Set(store.state.kinds.map((k) => k.kind));
      const part = JSON.parse(text);
      if (part.nodes.every((n) => known.has(n.item.kind))) insertCopies(store, part);
      else store.say("These nodes are of kinds that this Signalbox does not know.");
    };
    const pairs = [["keydown", onKey], ["copy", onCopy], ["cut", onCopy], ["paste", onPaste]];
    for (const [name, act] of pairs) document.addEventListener(name, act);
    return () => pairs.forEach(([name, act]) => document.removeEventListener(name, act));
  }, [store, api, fit, wrapper, readOnly]);
}
