// What follows from nodes, edges and problems, worked out once for all who draw it.

import { wayAround, PORT_STEP, PORT_TOP } from "./geometry.js";
import { plate } from "./document.js";

const grouped = (edges, key) => {
  const found = new Map();
  for (const edge of edges) found.set(edge[key], [...(found.get(edge[key]) || []), edge]);
  return found;
};

const alike = (a, b) => a && a.key === b.key;

/** Say for each node which ports are joined and with whom; entries that did not change keep their identity. */
export function joinsOf(nodes, edges, before) {
  const called = new Map(nodes.map((n) => [n.id, plate(n.data.item?.plate)]));
  const [into, out] = [grouped(edges, "target"), grouped(edges, "source")];
  const names = (list, end) => [...new Set((list || []).map((e) => called.get(e[end])))].sort().join(" and ");
  const joins = new Map();
  for (const { id } of nodes) {
    const entry = {
      into: [...new Set((into.get(id) || []).map((e) => e.targetHandle))],
      out: [...new Set((out.get(id) || []).map((e) => e.sourceHandle))],
      from: names(into.get(id), "source"),
      to: names(out.get(id), "target"),
    };
    entry.key = JSON.stringify(entry);
    joins.set(id, alike(before?.get(id), entry) ? before.get(id) : entry);
  }
  return joins;
}

/** Nodes whose output names are branches worth a word on the track. */
export const branchingOf = (nodes) => new Set(nodes.filter((n) => n.data.kind?.kind === "condition").map((n) => n.id));

/** Gather the checklist by node: how many, the worst first, and words for a screen reader. */
export function problemsByNode(problems) {
  const found = new Map();
  for (const one of problems || []) {
    if (!one.node) continue;
    const entry = found.get(one.node) || { count: 0, severity: "warning", words: "", short: "1 problem" };
    entry.count += 1;
    if (one.severity === "error") entry.severity = "error";
    entry.words = entry.words ? `${entry.words} ${one.sentence}` : one.sentence;
    found.set(one.node, entry);
  }
  return found;
}

/** Tell whether a problem is one of a node's settings; the field of the others names a port. */
export function ofSettings(problem, nodes) {
  const top = problem.field?.split(".")[0];
  const properties = nodes.find((n) => n.id === problem.node)?.data.kind.schema?.properties || {};
  return Boolean(top) && (top === "policy" || top in properties);
}

const portPlace = (node, ports, name, right) => {
  const index = Math.max(0, ports.findIndex((p) => p.name === name));
  return [node.position.x + (right ? (node.measured?.width ?? 160) : 0), node.position.y + PORT_TOP + index * PORT_STEP];
};

/** Ways for tracks that would run through a node; worked out at rest, never while a node is dragged. */
export function waysOf(nodes, edges) {
  const boxes = nodes.map((n) => ({ id: n.id, x: n.position.x, y: n.position.y, width: n.measured?.width ?? 160, height: n.measured?.height ?? 72 }));
  const byId = new Map(nodes.map((n) => [n.id, n]));
  const ways = new Map();
  for (const edge of edges) {
    const [from, to] = [byId.get(edge.source), byId.get(edge.target)];
    if (!from || !to) continue;
    const [sx, sy] = portPlace(from, from.data.outputs, edge.sourceHandle, true);
    const [tx, ty] = portPlace(to, to.data.inputs, edge.targetHandle, false);
    const way = wayAround(sx, sy, tx, ty, boxes.filter((box) => box.id !== edge.source && box.id !== edge.target));
    if (Object.keys(way).length) ways.set(edge.id, way);
  }
  return ways;
}
