// What the browser knows of an open dataset: the numbers of all its rows, and those rows that were in sight.

import { useSyncExternalStore } from "react";
import { Api } from "./api.js";
import { Likes } from "./likes.js";
import { columnsOf } from "./values.js";
import { Writes } from "./writes.js";

const AT_ONCE = 100;
const schemaOf = (schema) => (schema && Object.keys(schema).length ? schema : null);
const NOTHING = { split: "", tag: "", text: "" };
export const NEW = 0; // the row that is not added yet

export class Store {
  constructor() {
    this.listeners = new Set();
    this.rows = new Map();
    this.asked = new Set();
    this.round = 0;
    this.writes = new Writes(this);
    this.likes = new Likes(this);
    this.state = {
      phase: "loading", problem: "", version: 0, order: [], all: [], marks: new Map(), counts: null, filter: NOTHING, segment: "all", only: "",
      facets: { splits: {}, tags: [] }, problems: new Map(), duplicates: new Map(), near: new Map(), numKept: 0, numLeft: 0, columns: [], schemas: {}, tick: 0, readOnly: true,
      cursor: { at: 0, column: 0 }, editing: null, selected: new Set(), open: false, drafts: new Map(), errors: new Map(), saving: 0,
      saved: "", undone: null, said: "", since: 0, importing: false,
    };
  }

  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(patch) {
    this.state = { ...this.state, ...patch };
    for (const listener of this.listeners) listener();
  }

  drawn() {
    this.set({ tick: this.state.tick + 1 });
  }

  /* Take over what the page says: which dataset, which version (0: the newest), compared with which, who may edit. */
  open({ url, project, at, since, canEdit, inputSchema, expectedSchema, onChange }) {
    const other = this.api?.url !== url;
    this.onChange = onChange;
    const schemas = { input: schemaOf(inputSchema), expected: schemaOf(expectedSchema) };
    const changed = other || this.at !== at || this.state.since !== since || JSON.stringify(schemas) !== JSON.stringify(this.state.schemas);
    if (!changed) return;
    if (other) {
      this.api = new Api(url, project);
      this.wanted = Number(new URLSearchParams(location.search).get("row"));
      this.writes = new Writes(this);
      this.likes.open();
    }
    this.at = at;
    const fresh = { filter: NOTHING, selected: new Set(), drafts: new Map(), errors: new Map(), columns: [], saved: "", open: false };
    this.set({ schemas, since, readOnly: !canEdit || at > 0, segment: "all", editing: null, undone: null, ...(other ? fresh : {}) });
    this.load(true);
  }

  async load(anew = false) {
    const round = ++this.round;
    const { filter, since } = this.state;
    if (anew) this.forget();
    try {
      const order = await this.api.get("/order", { ...filter, version: this.at || "" });
      const query = { version: order.version };
      const [facets, duplicates, problems, diff] = await Promise.all([
        this.api.get("/facets", query),
        this.api.get("/duplicates", query),
        this.state.schemas.input || this.state.schemas.expected ? this.api.get("/problems", query) : { problems: [] },
        since ? this.api.get("/diff", { before: since, after: order.version }) : null,
      ]);
      if (round !== this.round) return;
      const named = order.rows.indexOf(this.wanted); // the row that the address names is shown first
      await this.fetch([...order.rows.slice(0, AT_ONCE), ...order.rows.slice(named, named + 1)], order.version);
      if (round !== this.round) return;
      this.take(order, facets, duplicates.duplicates, problems.problems, diff);
      this.likes.look(order.version, anew);
      if (named >= 0) this.move(named, 0, { open: true });
      this.wanted = 0;
    } catch (error) {
      if (round === this.round) this.set({ phase: "failed", problem: error.message });
    }
  }

  take(order, facets, groups, problems, diff) {
    const marks = new Map();
    for (const [name, mark] of [["added", "a"], ["edited", "e"], ["removed", "d"]]) for (const row of diff?.[name] ?? []) marks.set(row, mark);
    const twice = new Map();
    for (const rows of groups) for (const row of rows) twice.set(row, rows.filter((one) => one !== row));
    const wrong = new Map();
    for (const { row, field, problem } of problems) wrong.set(row, [...(wrong.get(row) ?? []), { field, problem }]);
    const plain = !Object.values(this.state.filter).some(Boolean);
    const all = diff && plain ? [...order.rows, ...diff.removed].sort((a, b) => b - a) : order.rows;
    const seen = all.slice(0, AT_ONCE).map((row) => this.rows.get(row)).filter(Boolean);
    const counts = diff && { a: diff.added.length, e: diff.edited.length, d: diff.removed.length };
    const columns = seen.length || !this.state.columns.length ? columnsOf(this.state.schemas, seen) : this.state.columns;
    this.set({ phase: "ready", version: order.version, all, marks, counts, facets, duplicates: twice, problems: wrong, columns });
    this.narrow();
  }

  /* Show of all rows those of the chosen segment. */
  narrow(patch = {}) {
    this.set(patch);
    const { all, marks, segment, only, problems, duplicates, near, cursor } = this.state;
    const kept = { problems, duplicates, near }[only];
    const shown = only === "near" ? this.likes.inPairs(all) : all;
    const order = shown.filter((row) => (segment === "all" || marks.get(row) === segment) && (!kept || kept.has(row)));
    this.set({ order, cursor: { ...cursor, at: Math.max(0, Math.min(cursor.at, order.length - 1)) }, tick: this.state.tick + 1 });
  }

  filter(patch) {
    this.set({ filter: { ...this.state.filter, ...patch }, selected: new Set(), cursor: { at: 0, column: 0 } });
    this.load();
  }

  forget(rows) {
    if (rows) for (const row of rows) this.rows.delete(row);
    else this.rows.clear();
    this.asked.clear();
  }

  /* Fetch the rows between two places that were not in sight yet. */
  need(first, last) {
    const { order, marks, version, since } = this.state;
    const missing = order.slice(Math.max(0, first), last).filter((row) => !this.rows.has(row) && !this.asked.has(row));
    const gone = missing.filter((row) => marks.get(row) === "d");
    const there = missing.filter((row) => marks.get(row) !== "d");
    for (let at = 0; at < there.length; at += AT_ONCE) this.bring(there.slice(at, at + AT_ONCE), version);
    if (gone.length) this.bring(gone.slice(0, AT_ONCE), since);
  }

  async bring(rows, version) {
    for (const row of rows) this.asked.add(row);
    try {
      await this.fetch(rows, version);
      this.drawn();
    } catch {
      for (const row of rows) this.asked.delete(row); // the next scroll asks again
    }
  }

  async fetch(rows, version) {
    if (!rows.length) return;
    const wanted = rows.filter((row) => !this.rows.has(row));
    if (!wanted.length) return;
    const { items } = await this.api.get("/items", { rows: wanted.join(","), version });
    for (const item of items) this.rows.set(item.row, item);
  }

  row(at) {
    return this.rows.get(this.state.order[at]);
  }

  get current() {
    return this.state.open === "new" ? NEW : this.state.order[this.state.cursor.at] ?? NEW;
  }

  move(at, column = this.state.cursor.column, patch = {}) {
    const { order, columns } = this.state;
    const place = { at: Math.max(0, Math.min(at, order.length - 1)), column: Math.max(0, Math.min(column, columns.length - 1)) };
    this.set({ cursor: place, editing: null, ...(this.state.open === "new" ? { open: false } : {}), ...patch });
  }

  /* Go to a row by its number, also one that is not among those that are shown just now. */
  goTo(row) {
    if (!this.state.order.includes(row)) this.narrow({ segment: "all", only: "" });
    this.move(this.state.order.indexOf(row));
  }

  select(rows, on = true) {
    const selected = new Set(this.state.selected);
    for (const row of rows) if (on) selected.add(row); else selected.delete(row);
    this.set({ selected });
  }
}

export function useStore(store, pick) {
  return useSyncExternalStore(store.subscribe, () => pick(store.state), () => pick(store.state));
}
