// What a run says about each node, apart from the document: a token draws one node again, and nothing else.

import { useSyncExternalStore } from "react";

const boards = new Map();
const NOTHING = Object.freeze({ status: "" });

class Board {
  marks = {};
  live = {};
  run = null; // {id, status, startedAt}: performance.now() at which the run began, for the clock
  track = null; // {nodes, edges} of the document that ran: the draft may be another by now
  listeners = new Set();

  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  put(part) {
    Object.assign(this, part);
    for (const listener of this.listeners) listener();
  }

  /** Take new marks; those that did not change keep their identity, so that their nodes do not draw again. */
  take(marks) {
    const kept = {};
    for (const [id, mark] of Object.entries(marks)) {
      const key = JSON.stringify(mark);
      kept[id] = this.marks[id]?.key === key ? this.marks[id] : { ...mark, key };
    }
    this.put({ marks: kept });
  }

  of(id) {
    return this.marks[id] || NOTHING;
  }
}

export function boardOf(key) {
  if (!boards.has(key)) boards.set(key, new Board());
  return boards.get(key);
}

export function useMark(board, id) {
  const get = () => board.of(id);
  return useSyncExternalStore(board.subscribe, get, get);
}

export function useBoard(board, pick) {
  const get = () => pick(board);
  return useSyncExternalStore(board.subscribe, get, get);
}

/** A problem of the draft outweighs what the last run said; while one runs, the run is what counts. */
export const asksForCare = (mark, problem, running) => Boolean(problem && !(running && mark.status));

/** The state of a track follows from the nodes at its ends and the ports that carried. */
export function trackState(from, to, port, running) {
  if (!from.status && !to.status) return running ? "todo" : "rest";
  if (from.status === "skipped" || from.status === "cancelled") return "cut";
  if (from.status === "done") {
    if (from.ports && !from.ports.includes(port)) return "cut";
    if (!from.ports && to.status === "skipped") return "cut";
    return "carried";
  }
  if (from.status === "running") return "live";
  return "todo";
}
