import { useEffect, useRef, useState } from "react";
import { send } from "./send.js";
import { words, sizeWords } from "./words.js";

const AT_ONCE = 3;
const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

/* Posts each dropped or picked file by itself, so that each has its progress, its cancel and its own words. */
export function Upload({ url, limitBytes, accept, onAdded, onReplace }) {
  const [items, setItems] = useState([]);
  const [over, setOver] = useState(false);
  const picker = useRef(null);
  const live = useRef({ items: [], next: 1, depth: 0 });
  const act = useRef({});
  act.current = { url, limitBytes, onAdded, onReplace };

  const draw = () => setItems(live.current.items.map((item) => ({ ...item })));
  const drop = (item) => {
    live.current.items = live.current.items.filter((one) => one !== item);
    draw();
  };
  const change = (item, values) => {
    Object.assign(item, values);
    draw();
  };

  const start = () => {
    const running = live.current.items.filter((item) => item.state === "sending").length;
    for (const item of live.current.items.filter((one) => one.state === "waiting").slice(0, AT_ONCE - running)) run(item);
  };
  const run = async (item) => {
    const job = send(act.current.url, item.file, (percent) => change(item, { percent }));
    change(item, { state: "sending", percent: 0, abort: job.abort });
    const answer = await job.done;
    if (answer.cancelled) drop(item);
    else if (answer.problem) change(item, { state: "refused", words: answer.problem });
    else if (answer.alreadyHere)
      change(item, {
        state: "known",
        words: (answer.beside ? words.knownElsewhere : words.known)(answer.alreadyHere),
        older: answer.beside && `/documents/${answer.beside}`,
      });
    else if (answer.beside) {
      const { id, count } = answer;
      change(item, { state: "beside", words: words.beside(count), older: `/documents/${answer.beside}`, id, count });
    }
    else drop(item);
    if (answer.added) act.current.onAdded?.();
    start();
  };
  const add = (files) => {
    for (const file of files) {
      const item = { key: live.current.next++, file, name: file.name, size: file.size, state: "waiting", percent: 0 };
      if (file.size > act.current.limitBytes)
        Object.assign(item, { state: "refused", words: words.tooLarge(act.current.limitBytes) });
      live.current.items.push(item);
    }
    draw();
    start();
  };
  const stop = (item) => (item.state === "sending" ? item.abort() : drop(item));
  const find = (key) => live.current.items.find((item) => item.key === key);

  useEffect(() => {
    const enter = (event) => {
      if (!hasFiles(event)) return;
      live.current.depth += 1;
      setOver(true);
    };
    const leave = (event) => {
      if (!hasFiles(event)) return;
      live.current.depth -= 1;
      if (live.current.depth <= 0) setOver(false);
    };
    const hover = (event) => hasFiles(event) && event.preventDefault();
    const fall = (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      live.current.depth = 0;
      setOver(false);
      add(event.dataTransfer.files);
    };
    const pick = (event) => event.target.closest?.("[data-add-documents]") && picker.current.click();
    const listeners = { dragenter: enter, dragleave: leave, dragover: hover, drop: fall, click: pick };
    for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener);
      for (const item of live.current.items) item.abort?.();
    };
  }, []);

  const unfinished = items.filter((item) => item.state === "waiting" || item.state === "sending").length;
  return (
    <>
      <input ref={picker} type="file" multiple hidden accept={accept} aria-label="Documents to add"
        onChange={(event) => { add(event.target.files); event.target.value = ""; }} />
      {over && <div className="drop-over" aria-hidden="true"><p><b>Drop to add</b>PDF, DOCX, Markdown, HTML, CSV or text</p></div>}
      {items.length > 0 && (
        <section className="panel uploads" aria-label="Files on their way">
          <header>
            <h2>{unfinished ? words.sending(unfinished) : items.some((item) => item.older) ? "To look at" : "Not added"}</h2>
            <span className="r row">
              <button type="button" className="btn sm" onClick={() => [...live.current.items].forEach(stop)}>
                {unfinished ? "Cancel all" : "Dismiss all"}
              </button>
            </span>
          </header>
          <ul>{items.map((item) => <Row key={item.key} item={item} onStop={() => stop(find(item.key))}
            onReplace={() => { act.current.onReplace?.(item.id); drop(find(item.key)); }}
            onRetry={() => { change(find(item.key), { state: "waiting", words: "" }); start(); }} />)}</ul>
        </section>
      )}
      <p className="sr" role="status">{unfinished ? words.sending(unfinished) : ""}</p>
    </>
  );
}

function Row({ item, onStop, onRetry, onReplace }) {
  const sending = item.state === "sending" || item.state === "waiting";
  const end = sending ? "Cancel" : item.id ? words.keep(item.count) : "Dismiss";
  const shape = item.state === "refused" ? "fail" : "idle";
  return (
    <li>
      <span className="ell b" title={item.name}>{item.name}</span>
      <span className="t12 t2 num hide-s">{sizeWords(item.size)}</span>
      {sending ? (
        <span className="meter" role="progressbar" aria-label={`Sending ${item.name}`} aria-valuemin={0} aria-valuemax={100}
          aria-valuenow={item.percent}><i style={{ width: `${item.percent}%` }} /></span>
      ) : (
        <span className={`st ${shape}`} role={shape === "fail" ? "alert" : "status"}>{item.words}</span>
      )}
      <span className="t12 t2 num">{item.state === "sending" ? `${item.percent} %` : item.state === "waiting" ? "Waits" : ""}</span>
      <span className="row tight">
        {item.state === "refused" && <button type="button" className="btn sm" onClick={onRetry}>Send again</button>}
        {item.id && (
          <button type="button" className="btn sm" onClick={onReplace} aria-label={`Replace the older ${item.name}`}>
            {words.replace(item.count)}
          </button>
        )}
        {item.older && <a className="btn sm" href={item.older} aria-label={`Open the older ${item.name}`}>{words.open(item.count)}</a>}
        <button type="button" className="btn sm" onClick={onStop} aria-label={`${end} ${item.name}`}>{end}</button>
      </span>
    </li>
  );
}
