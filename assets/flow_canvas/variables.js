// What a template may name: the outputs of every node that comes before, and the ports of the node itself. Pure.

/** Every node that leads to `id`. */
export function ancestors(id, edges) {
  const found = new Set();
  const open = [id];
  while (open.length) {
    const at = open.pop();
    for (const edge of edges) {
      if (edge.target !== at || found.has(edge.source)) continue;
      found.add(edge.source);
      open.push(edge.source);
    }
  }
  return found;
}

export function variablesFor({ nodes, edges }, id) {
  const self = nodes.find((n) => n.id === id);
  const before = ancestors(id, edges);
  const own = (self?.data.inputs || []).map((port) => ({ name: `inputs.${port.name}`, type: port.type, from: "its own port", plate: 0 }));
  const others = nodes
    .filter((n) => before.has(n.id))
    .sort((a, b) => (a.data.item.plate || 1e6) - (b.data.item.plate || 1e6))
    .flatMap((n) => n.data.outputs.map((port) => ({ name: `${n.id}.${port.name}`, type: port.type, from: n.data.title, plate: n.data.item.plate })));
  return [...others, ...own];
}

/** What the project keeps for its flows: variables for every template, secrets where the kind may use one. */
export function storedFor(nodes, id, fieldId) {
  const [owner, tool] = id.split("-tool-");
  const fields = nodes.find((n) => n.id === owner)?.data.kind.secret_fields || [];
  const may = tool !== undefined || fields.some((field) => fieldId.startsWith(`f-${id}-${field}`));
  return new Set(may ? ["variables", "secrets"] : ["variables"]);
}

const HOLE = /\{\{([\s\S]*?)\}\}|\{%([\s\S]*?)%\}|\{#[\s\S]*?#\}/g;
const NAME = /[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*/;

/** Cut a template into plain text, variables (known or not), statements and comments. */
export function parts(text, known, locals = new Set()) {
  const out = [];
  const names = new Set(known.map((v) => v.name));
  const stems = new Set(known.map((v) => v.name.split(".")[0]));
  for (const [, name] of text.matchAll(/\{%-?\s*(?:for|set)\s+([A-Za-z_]\w*)/g)) locals.add(name);
  let last = 0;
  for (const match of text.matchAll(HOLE)) {
    if (match.index > last) out.push({ text: text.slice(last, match.index), kind: "" });
    if (match[0].startsWith("{#")) out.push({ text: match[0], kind: "c" });
    else if (match[2] !== undefined) out.push({ text: match[0], kind: "k" });
    else {
      const name = match[1].match(NAME)?.[0] || "";
      const [stem] = name.split(".");
      const prefix = name.split(".").slice(0, 2).join(".");
      const good = names.has(prefix) || locals.has(stem) || stem === "loop" || stem === "run" || (stems.has(stem) && !name.includes("."));
      out.push({ text: match[0], kind: good ? "v" : "v miss", name });
    }
    last = match.index + match[0].length;
  }
  if (last < text.length) out.push({ text: text.slice(last), kind: "" });
  return out;
}

/** What stands between the last open {{ and the caret, or null when the caret is not in a hole. */
export function typing(text, caret) {
  const before = text.slice(0, caret);
  const open = before.lastIndexOf("{{");
  if (open < 0 || before.indexOf("}}", open) >= 0) return null;
  const word = before.slice(open + 2).trimStart();
  return /^[\w.]*$/.test(word) ? { start: open, word } : null;
}
