// One polite voice for the page, at most one message in 2 s; what fails is said at once.

import React, { useEffect, useRef, useState } from "react";
import { plate } from "./document.js";
import { useBoard } from "./marks.js";
import { useFlow } from "./store.js";

const PAUSE_MS = 2000;

/** Say what changed between two states of a run: "06 done, 07 writing". */
export function changes(nodes, before, after) {
  const said = [];
  for (const { id, data } of nodes) {
    const now = after[id]?.status;
    if (!now || now === before[id]?.status || now === "pending") continue;
    said.push(`${plate(data.item.plate)} ${now === "running" ? "running" : now}`);
  }
  return said.join(", ");
}

export function Voice({ store, board }) {
  const [words, setWords] = useState("");
  const [alarm, setAlarm] = useState("");
  const queue = useRef({ text: "", timer: 0, last: -PAUSE_MS });
  const before = useRef({});
  const said = useFlow(store, (s) => s.said);
  const marks = useBoard(board, (b) => b.marks);
  const run = useBoard(board, (b) => b.run);

  const speak = (text) => {
    if (!text) return;
    const q = queue.current;
    q.text = text;
    clearTimeout(q.timer);
    q.timer = setTimeout(() => {
      q.last = performance.now();
      setWords(q.text);
    }, Math.max(0, PAUSE_MS - (performance.now() - q.last)));
  };
  useEffect(() => {
    speak(said);
    if (said) store.set({ said: "" });
  }, [said]);
  useEffect(() => {
    speak(changes(store.state.nodes, before.current, marks));
    const failed = store.state.nodes.find((n) => marks[n.id]?.status === "failed" && before.current[n.id]?.status !== "failed");
    if (failed) setAlarm(`${plate(failed.data.item.plate)} ${failed.data.title} failed. ${marks[failed.id].reason || ""}`);
    before.current = marks;
  }, [marks]);
  useEffect(() => {
    if (run?.status === "done") speak(`Run done. ${run.answer || ""}`);
  }, [run?.status]);
  return (
    <>
      <div className="sr" role="status" aria-live="polite" data-voice>{words}</div>
      <div className="sr" role="alert">{alarm}</div>
    </>
  );
}
