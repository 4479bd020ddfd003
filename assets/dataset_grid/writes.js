// Every act goes to the server at once, one after the other, and comes back as a version that can be undone.

import { counted, numbered, withPart } from "./values.js";

const clock = () => new Date().toLocaleTimeString("en-GB");
const BLANK = { input: {}, expected_output: null, metadata: {}, split: "", tags: [] };

export class Writes {
  constructor(store) {
    this.store = store;
    this.last = Promise.resolve();
    this.past = [];
    this.future = [];
  }

  /* Do one act after those before it. `act` resolves to what the server wrote. */
  queue(act) {
    const { store } = this;
    store.set({ saving: store.state.saving + 1 });
    const mine = this.last.then(act);
    this.last = mine.catch(() => {}).then(() => store.set({ saving: store.state.saving - 1 }));
    return mine;
  }

  took(written, words, undo) {
    const { store } = this;
    const before = store.state.version;
    if (written.version === before) return false;
    if (undo === "past") this.future.push(written.version);
    else {
      this.past.push(written.version);
      if (undo !== "future") this.future = [];
    }
    store.set({ version: written.version, saved: `Saved ${clock()} as v${written.version}`, said: words });
    store.onChange?.(written.version);
    return written.version > before + 1; // somebody else wrote too
  }

  /* Note what was typed into one part of a row, and keep the whole row as soon as it fits. */
  edit(row, key, text) {
    const { store } = this;
    const drafts = new Map(store.state.drafts);
    drafts.set(row, { ...(drafts.get(row) ?? {}), [key]: text });
    store.set({ drafts });
    return row === 0 ? Promise.resolve() : this.queue(() => this.keep(row));
  }

  bodyOf(row) {
    const item = this.store.rows.get(row) ?? BLANK;
    let body = { ...BLANK, ...item };
    for (const [key, text] of Object.entries(this.store.state.drafts.get(row) ?? {})) body = { ...body, ...withPart(body, key, text, this.store.state.schemas) };
    const { input, expected_output, metadata, split, tags } = body;
    return { input, expected_output, metadata, split, tags };
  }

  async keep(row) {
    const { store } = this;
    const item = store.rows.get(row);
    if (!item || !store.state.drafts.has(row)) return;
    const body = this.bodyOf(row);
    const sent = store.state.drafts.get(row);
    try {
      const written = await store.api.send("PUT", `/items/${item.id}`, { ...body, version: store.state.version });
      store.rows.set(row, { ...item, ...body, version: written.version });
      this.drop(row, sent);
      this.relabel();
      const mixed = this.took(written, `Row ${numbered(row)} saved`);
      if (mixed) await store.load(true);
      else this.recount(row);
      store.drawn();
    } catch (error) {
      this.refused(row, error);
      if (error.status === 409) await store.load(true);
    }
  }

  async add() {
    const { store } = this;
    return this.queue(async () => {
      try {
        const written = await store.api.post("/items", [this.bodyOf(0)]);
        this.drop(0);
        this.took(written, "Row added");
        store.set({ open: true, cursor: { at: 0, column: store.state.cursor.column } });
        await store.load();
      } catch (error) {
        this.refused(0, error);
      }
    });
  }

  remove(rows) {
    const items = rows.map((row) => this.store.rows.get(row)).filter(Boolean);
    return this.many(rows, items, "deleted", () => this.store.api.post("/items/delete", { ids: items.map((item) => item.id) }), true);
  }

  label(rows, patch) {
    const items = rows.map((row) => this.store.rows.get(row)).filter(Boolean);
    return this.many(rows, items, "changed", () => this.store.api.post("/items/labels", { ids: items.map((item) => item.id), ...patch }));
  }

  /* An act on several rows; those that were never in sight are fetched before it. */
  async many(rows, items, did, act, empties = false) {
    const { store } = this;
    if (items.length < rows.length) {
      for (let at = 0; at < rows.length; at += 400) await store.fetch(rows.slice(at, at + 400), store.state.version).catch(() => {});
      items.push(...rows.map((row) => store.rows.get(row)).filter((item) => item && !items.includes(item)));
    }
    const words = rows.length === 1 ? `Row ${numbered(rows[0])} ${did}` : `${counted(rows.length, "row")} ${did}`;
    await this.act(act, words, empties ? { selected: new Set() } : {});
  }

  act(act, words, patch = {}, undo = "") {
    const { store } = this;
    return this.queue(async () => {
      try {
        const written = await act();
        const before = store.state.version;
        const mixed = this.took(written, words, undo);
        store.forget(mixed ? undefined : written.rows);
        store.set({ ...patch, undone: written.version !== before && !undo ? { words, version: written.version } : null });
        await store.load();
      } catch (error) {
        store.set({ said: error.message, undone: { words: error.message, bad: true } });
      }
    });
  }

  undo() {
    const version = this.past.pop();
    if (version) this.act(() => this.store.api.post(`/versions/${version}/undo`), "Undone", { undone: null }, "past");
  }

  redo() {
    const version = this.future.pop();
    if (version) this.act(() => this.store.api.post(`/versions/${version}/undo`), "Done again", { undone: null }, "future");
  }

  /* Forget what was typed into a row; of what is `sent`, only that: more may have been typed meanwhile. */
  drop(row, sent) {
    const drafts = new Map(this.store.state.drafts);
    const errors = new Map(this.store.state.errors);
    const left = sent ? Object.entries(drafts.get(row) ?? {}).filter(([key, text]) => sent[key] !== text) : [];
    if (left.length) drafts.set(row, Object.fromEntries(left));
    else drafts.delete(row);
    errors.delete(row);
    this.store.set({ drafts, errors });
  }

  refused(row, error) {
    const errors = new Map(this.store.state.errors);
    const told = error.rows?.length ? error.rows.map(({ field, problem }) => ({ field, problem })) : [{ field: "", problem: error.message }];
    errors.set(row, told);
    this.store.set({ errors, said: `Row ${row ? numbered(row) : "new"} is not saved. ${told[0].problem}` });
  }

  relabel() {
    const { facets } = this.store.state;
    const splits = new Set(Object.keys(facets.splits));
    const tags = new Set(facets.tags);
    for (const item of this.store.rows.values()) {
      splits.add(item.split);
      for (const tag of item.tags) tags.add(tag);
    }
    if (splits.size !== Object.keys(facets.splits).length || tags.size !== facets.tags.length)
      this.store.api.get("/facets").then((found) => this.store.set({ facets: found })).catch(() => {});
  }

  /* A row that was saved keeps to the schemas; compared with an older version it is an edited one. */
  recount(row) {
    const { store } = this;
    if (store.state.since) store.load();
    else if (store.state.problems.has(row)) {
      const problems = new Map(store.state.problems);
      problems.delete(row);
      store.set({ problems });
    }
  }
}
