// Rows that are nearly the same as others: looked for behind everything else, for it takes the server a moment.

const SETTLES_MS = 1500; // several acts in a row are looked at once
const MOST = 20000; // rows that are compared in a few seconds, as the server has it for imports

export const percent = (likeness) => `${Math.floor(likeness * 100)} %`;

export class Likes {
  constructor(store) {
    this.store = store;
    this.pairs = [];
  }

  open() {
    this.pairs = [];
    this.version = -1;
    this.store.set({ numKept: 0, numLeft: 0 });
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
      const { pairs, num_kept: numKept, num_left: numLeft } = await api.get("/near-duplicates", { version });
      if (api !== this.store.api) return;
      this.pairs = pairs;
      this.version = version;
      this.store.set({ numKept, numLeft });
      this.tell();
    } catch {
      // The rows stand there without it; the next load asks again.
    }
  }

  tell() {
    const there = new Set(this.store.state.all);
    const near = new Map();
    for (const { row, like, likeness } of this.pairs)
      if (there.has(row) && there.has(like)) {
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

  /* Somebody says that two rows are meant to be so: nobody is told of them again while their inputs stay. */
  keep(row, like) {
    return this.act(() => this.store.api.post("/near-duplicates/kept", { row, like }));
  }

  nameAll() {
    return this.act(() => this.store.api.send("DELETE", "/near-duplicates/kept"));
  }

  async act(send) {
    try {
      await send();
      await this.ask(this.version);
    } catch (error) {
      this.store.set({ said: error.message, undone: { words: error.message, bad: true } });
    }
  }
}
