const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

/* The first character names what is looked for: > for commands, # for runs, nothing for all. */
export function scopeOf(typed) {
  const sign = typed.trimStart()[0];
  if (sign === ">" || sign === "#") return { sign, query: typed.trimStart().slice(1).trim() };
  return { sign: "", query: typed.trim() };
}

/* Keep the entries whose title holds every word; those that begin with the first word come first. */
export function rank(entries, query) {
  const wanted = words(query);
  const kept = entries.filter((entry) => wanted.every((word) => entry.title.toLowerCase().includes(word)));
  const late = (entry) => (entry.title.toLowerCase().startsWith(wanted[0] ?? "") ? 0 : 1);
  return wanted.length ? kept.toSorted((one, other) => late(one) - late(other)) : kept;
}

/* Cut a title into pieces, marked where it holds a word that was typed. */
export function pieces(title, query) {
  const wanted = words(query).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (!wanted.length) return [{ text: title, hit: false }];
  const cut = new RegExp(`(${wanted.join("|")})`, "gi");
  return title.split(cut).filter(Boolean).map((text, place) => ({ text, hit: cut.test(text) && (cut.lastIndex = 0, true), place }));
}

/* Group in the order of first appearance. */
export function grouped(entries) {
  const groups = new Map();
  for (const entry of entries) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  return [...groups];
}
