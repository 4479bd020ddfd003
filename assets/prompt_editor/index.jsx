// The text of a prompt, or the messages of a chat. The browser owns what is open; changes go out a moment after typing.

import React, { useEffect, useRef, useState } from "react";
import { Code } from "./code.jsx";
import { costWords, estimatedTokens } from "./tokens.js";

const PAUSE_MS = 250;
const ROLES = [["system", "System"], ["user", "User"], ["assistant", "Assistant"]];
let number = 0;
const keyed = (message) => ({ key: ++number, ...message });
const bare = ({ key, ...message }) => message;

function Message({ one, place, last, revision, slugs, line, readOnly, onChange, onMove, onRemove, onDone }) {
  const isPlace = "placeholder" in one;
  const name = isPlace ? "place for messages" : `${ROLES.find(([role]) => role === one.role)?.[1]} message ${place + 1}`;
  return (
    <li className="turn">
      <div className="turnhead">
        {isPlace ? (
          <label className="row tight">
            <span className="t12 t2">Messages put in as</span>
            <input className="input mono sm" aria-label="Name of the place for messages" value={one.placeholder} disabled={readOnly} onChange={(e) => onChange({ ...one, placeholder: e.target.value.replace(/\W/g, "").replace(/^\d+/, "") })} onBlur={onDone} />
          </label>
        ) : (
          <select className="select" aria-label={`Who says message ${place + 1}`} value={one.role} disabled={readOnly} onChange={(e) => onChange({ ...one, role: e.target.value })}>
            {ROLES.map(([role, word]) => <option key={role} value={role}>{word}</option>)}
          </select>
        )}
        {!readOnly && (
          <span className="r row tight">
            <button type="button" className="btn quiet sm" disabled={!place} aria-label={`Move ${name} up`} onClick={() => onMove(-1)}>Up</button>
            <button type="button" className="btn quiet sm" disabled={last} aria-label={`Move ${name} down`} onClick={() => onMove(1)}>Down</button>
            <button type="button" className="btn quiet sm" aria-label={`Remove ${name}`} onClick={onRemove}>Remove</button>
          </span>
        )}
      </div>
      {!isPlace && <Code label={name} seed={one.content} revision={`${revision} ${one.key}`} slugs={slugs} line={line} readOnly={readOnly} onChange={(content) => onChange({ ...one, content })} onDone={onDone} />}
    </li>
  );
}

export function PromptEditor({ seed, revision, slugs, line, price, readOnly, onEdit }) {
  const [text, setText] = useState("");
  const [said, setSaid] = useState([]);
  const [shown, setShown] = useState(-1);
  const waiting = useRef(null);
  const latest = useRef(null);
  const send = useRef(onEdit);
  send.current = onEdit;
  const isChat = seed?.kind === "chat";

  useEffect(() => {
    clearTimeout(waiting.current);
    waiting.current = null;
    setText(seed?.text ?? "");
    setSaid((seed?.messages ?? []).map(keyed));
    setShown(revision);
  }, [revision]);
  const flush = () => {
    if (!waiting.current) return;
    clearTimeout(waiting.current);
    waiting.current = null;
    send.current?.(latest.current);
  };
  useEffect(() => flush, []);
  const tell = (values) => {
    latest.current = { text: "", messages: [], ...values, revision };
    clearTimeout(waiting.current);
    waiting.current = setTimeout(flush, PAUSE_MS);
  };
  const write = (changed) => (setText(changed), tell({ text: changed }));
  const say = (change) => setSaid((before) => {
    const after = change(before);
    tell({ messages: after.map(bare) });
    return after;
  });
  const swap = (list, from, to) => list.map((one, i) => (i === from ? list[to] : i === to ? list[from] : one));
  if (shown !== revision) return <div className="pedit" aria-busy="true" />;
  const whole = isChat ? said.map((one) => one.content ?? "").join("\n") : text;
  return (
    <div className="pedit">
      {isChat ? (
        <ol className="turns">
          {said.map((one, i) => (
            <Message
              key={one.key} one={one} place={i} last={i === said.length - 1} revision={revision} slugs={slugs} line={0} readOnly={readOnly} onDone={flush}
              onChange={(changed) => say((list) => list.map((other) => (other.key === one.key ? { ...other, ...changed, content: changed.content ?? other.content } : other)))}
              onMove={(step) => say((list) => swap(list, i, i + step))}
              onRemove={() => say((list) => list.filter((other) => other.key !== one.key))}
            />
          ))}
        </ol>
      ) : (
        <Code label="Text of the prompt" seed={text} revision={revision} slugs={slugs} line={line} readOnly={readOnly} onChange={write} onDone={flush} />
      )}
      <div className="peditfoot">
        {isChat && !readOnly && (
          <span className="row tight">
            <button type="button" className="btn sm" onClick={() => say((list) => [...list, keyed({ role: "user", content: "" })])}>Add message</button>
            <button type="button" className="btn sm" disabled={said.some((one) => one.placeholder === "history")} onClick={() => say((list) => [...list, keyed({ placeholder: "history" })])}>Add place for messages</button>
          </span>
        )}
        <span className="r t12 t2" data-tokens>{costWords(estimatedTokens(whole), price || 0)}</span>
      </div>
    </div>
  );
}
