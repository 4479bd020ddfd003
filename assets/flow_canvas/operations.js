// Edits of the document. Each carries what it needs to be undone; `wire` is the part that the server reads.

import { applied as appliedNode } from "./document.js";

export function inverse(op) {
  switch (op.op) {
    case "move":
      return { ...op, to: op.from, from: op.to };
    case "add_node":
      return { ...op, op: "remove_node" };
    case "remove_node":
      return { ...op, op: "add_node" };
    case "connect":
      return { ...op, op: "disconnect" };
    case "disconnect":
      return { ...op, op: "connect" };
    default: // configure, rename and set_policy swap their two values
      return { ...op, value: op.was, was: op.value };
  }
}

export const undoing = (ops) => ops.map(inverse).reverse();

/** Return new nodes and edges; untouched ones keep their identity, so that nothing else draws again. */
export function apply({ nodes, edges }, ops, build) {
  for (const op of ops) {
    switch (op.op) {
      case "move":
        nodes = nodes.map((n) => (n.id === op.node ? { ...n, position: op.to } : n));
        break;
      case "add_node":
        nodes = [...nodes.map((n) => (n.selected ? { ...n, selected: false } : n)), { ...build(op.item, op.at), selected: true }];
        break;
      case "remove_node":
        nodes = nodes.filter((n) => n.id !== op.item.id);
        edges = edges.filter((e) => e.source !== op.item.id && e.target !== op.item.id);
        break;
      case "connect":
        edges = [...edges.filter((e) => e.id !== op.edge.id), op.edge];
        break;
      case "disconnect":
        edges = edges.filter((e) => e.id !== op.edge.id);
        break;
      default:
        nodes = nodes.map((n) => (n.id === op.node ? appliedNode(n, op, build) : n));
    }
  }
  return { nodes, edges };
}
