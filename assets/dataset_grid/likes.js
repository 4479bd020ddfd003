// Rows that are nearly the same as others: looked for behind everything else, for it takes the server a moment.

const SETTLES_MS = 1500; // several acts in a row are looked at once
const MOST = 20000; // rows that are compared in a few seconds, as the server has it for imports
const PREFIX = "kept-alike:";
const nameOf = (a, b) => `${Math.min(a, b)}:${Math.max(a, b)}`;

export const percent = (likeness) => `${Math.floor(likeness * 100)} %`;

export class Likes {
  constructor(store) {
    this.store = store;
    this.pairs = [];
    this.kept = new Set();
  }

  open(url, project) {
    this.pairs = [];
    this.version = -1;
    this.key = `${PREFIX}${project}:${url}`;
    try {
      this.kept = new Set(JSON.parse(localStorage.getItem(this.key)) ?? []);
    } catch {
      this.kept = new Set();
    }
    this.tell();
  }

  /* Look at a version, at once where it is opened. What is known meanwhile stays, without the rows that went. */
  look(version, atOnce) {
    this.tell();
    if (version === this.version || this.store.state.all.length > MOST) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(version), atOnce ? 0 : SETTLES_MS);
  }

  async ask(version) {
    const { api } = this.store;
    try {
      const { pairs } = await api.get("/near-duplicates", { version });
      if (api !== this.store.api) return;
      this.pairs = pairs;
      this.version = version;
      this.tell();
    } catch {
      // The rows stand there without it; the next load asks again.
    }
  }

  tell() {
    const there = new Set(this.store.state.all);
    const near = new Map();
    for (const { row, like, likeness } of this.pairs)
      if (there.has(row) && there.has(like) && !this.kept.has(nameOf(row, like))) {
        near.set(row, [...(near.get(row) ?? []), { row: like, likeness }]);
        near.set(like, [...(near.get(like) ?? []), { row, likeness }]);
      }
    this.store.set({ near });
    if (this.store.state.only === "near") this.store.narrow();
  }

  /* Return of all rows those of a pair, each beside what it is most like; the most alike come first. */
  inPairs(all) {
    const there = new Set(all);
    const seen = new Set(this.pairs.flatMap(({ row, like }) => [row, like]));
    return [...seen].filter((row) => there.has(row));
  }

  /* Somebody says that two rows are meant to be so: this browser does not name them again. */
  keep(row, other) {
    this.kept.add(nameOf(row, other));
    try {
      localStorage.setItem(this.key, JSON.stringify([...this.kept]));
    } catch {
      // Storage is full or switched off: until the page is left.
    }
    this.tell();
  }
}
