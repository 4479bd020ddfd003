// The holes of a template: where they are, and what may be completed inside one. Pure.

const HOLE = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/g;
const WORDS = ["if", "elif", "else", "endif", "for", "in", "endfor", "set", "not", "and", "or", "is", "defined"];
const BLOCKS = ["if", "for", "else", "elif", "endif", "endfor", "set", "prompt"];
const NAME = /[A-Za-z_]\w*/g;
const KEYWORDS = new Set([...WORDS, "prompt", "label", "version", "loop", "true", "false", "none"]);

/** Every hole as {from, to, kind}: v for a value, k for a block, c for a comment. */
export function holes(text) {
  return [...text.matchAll(HOLE)].map((match) => ({
    from: match.index,
    to: match.index + match[0].length,
    kind: { "{{": "v", "{%": "k", "{#": "c" }[match[0].slice(0, 2)],
  }));
}

/** The first names that stand in the holes: what the text reads already. */
export function namesIn(text) {
  const found = new Set();
  for (const { from, to, kind } of holes(text)) {
    if (kind === "c") continue;
    const inside = text.slice(from + 2, to - 2).replace(/"[^"]*"|'[^']*'/g, "").replace(/\|\s*\w+/g, "").replace(/\.\s*\w+/g, "");
    for (const [name] of inside.matchAll(NAME)) if (!KEYWORDS.has(name)) found.add(name);
  }
  return [...found].sort();
}

/** What stands between the last open brace and the caret: {from, kind}, null outside a hole. */
export function openHole(text, caret) {
  const before = text.slice(0, caret);
  const value = before.lastIndexOf("{{");
  const block = before.lastIndexOf("{%");
  const at = Math.max(value, block);
  if (at < 0) return null;
  const kind = value > block ? "v" : "k";
  return before.indexOf(kind === "v" ? "}}" : "%}", at) >= 0 ? null : { from: at, kind };
}

/** What fits at the caret, as {from, options: [{label, apply, detail}]}; null where nothing is asked for. */
export function completions(text, caret, names, slugs) {
  const hole = openHole(text, caret);
  if (!hole) return null;
  const inside = text.slice(hole.from + 2, caret);
  const quoted = inside.match(/^-?\s*prompt\s+"([^"]*)$/);
  if (quoted) return { from: caret - quoted[1].length, options: slugs.map((slug) => ({ label: slug, detail: "prompt" })) };
  const word = inside.match(/[A-Za-z_]\w*$/)?.[0] ?? "";
  const from = caret - word.length;
  if (hole.kind === "k" && inside.trim() === word) {
    return { from, options: BLOCKS.map((one) => ({ label: one, detail: one === "prompt" ? "take in" : "" })) };
  }
  if (/[.|]\s*$/.test(inside.slice(0, inside.length - word.length))) return null;
  return { from, options: names.map((name) => ({ label: name, detail: "value" })) };
}
