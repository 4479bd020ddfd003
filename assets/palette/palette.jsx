import { useContext, useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { CornerDownRight, FileText, Library, ListTree, MessagesSquare, Search, SquarePen, Table2, Waypoints, Zap } from "lucide-react";
import { ColorModeContext } from "$/utils/context";
import { grouped, pieces, rank, scopeOf } from "./rank.js";

const ICONS = { page: CornerDownRight, act: Zap, flow: Waypoints, prompt: SquarePen, dataset: Table2, document: FileText, base: Library, chat: MessagesSquare, run: ListTree };
const ASK_AFTER_MS = 150;
const OPEN = "signalbox:palette";

export const openPalette = () => dispatchEvent(new Event(OPEN));

function signOut() {
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/sign-out";
  document.body.append(form);
  form.submit();
}

function Option({ entry, at, chosen, query, onPick, onPoint }) {
  const Icon = ICONS[entry.icon] ?? CornerDownRight;
  return (
    <div className="po" role="option" id={`palette-${at}`} aria-selected={chosen}
      onClick={(event) => onPick(entry, event.ctrlKey || event.metaKey)} onPointerMove={() => onPoint(at)}>
      <Icon className="i" size={16} strokeWidth={1.75} aria-hidden="true" />
      <span className="ell">
        {pieces(entry.title, query).map(({ text, hit }, place) => (hit ? <mark key={place}>{text}</mark> : <span key={place}>{text}</span>))}
      </span>
      {entry.word ? <span className={`t12 st ${entry.state}`}>{entry.word}</span> : null}
      <span className="t12 t2 r nw">{entry.note}</span>
      {chosen ? <kbd>↵</kbd> : null}
    </div>
  );
}

export function Palette({ pages = [], acts = [], results = [], forQuery = "", onQuery }) {
  const box = useRef(null);
  const list = useRef(null);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const navigate = useNavigate();
  const { setColorMode } = useContext(ColorModeContext);
  const { sign, query } = scopeOf(typed);

  useEffect(() => {
    const open = () => {
      if (box.current.open) return;
      box.current.showModal();
      box.current.querySelector("input").focus();
    };
    const click = (event) => event.target.closest?.("[data-palette]") && open();
    addEventListener(OPEN, open);
    addEventListener("click", click);
    return () => {
      removeEventListener(OPEN, open);
      removeEventListener("click", click);
    };
  }, []);

  useEffect(() => {
    if (sign === ">" || !query) return undefined;
    const ask = setTimeout(() => onQuery?.(query), ASK_AFTER_MS);
    return () => clearTimeout(ask);
  }, [query, sign]);

  const found = forQuery === query ? results : [];
  const own = sign === "#" ? [] : rank([...pages, ...acts], query);
  const entries = sign === ">" ? own : [...found.filter((entry) => sign !== "#" || entry.icon === "run"), ...own];
  const waiting = query && sign !== ">" && forQuery !== query;
  const pointed = Math.min(at, Math.max(entries.length - 1, 0));

  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [pointed, entries.length]);

  const pick = (entry, apart) => {
    if (!entry) return;
    box.current.close();
    if (entry.act === "sign-out") signOut();
    else if (entry.act === "keys") dispatchEvent(new Event("signalbox:keys"));
    else if (entry.act) setColorMode(entry.act);
    else if (apart) open(entry.href, "_blank", "noopener");
    else navigate(entry.href);
  };
  const onKeyDown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && entries.length) {
      event.preventDefault();
      setAt((pointed + step + entries.length) % entries.length);
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      pick(entries[pointed], event.ctrlKey || event.metaKey);
    }
  };
  const outside = (event) => event.target === box.current && box.current.close();
  /* Emptied on closing: emptied on opening, the first keys of a fast typist would land behind the old words. */
  const empty = () => {
    setTyped("");
    setAt(0);
  };
  let place = -1;
  return (
    <dialog ref={box} className="pal" aria-label="Search or run a command" onPointerDown={outside} onClose={empty}>
      <div className="pin">
        <Search className="i" size={16} strokeWidth={1.75} aria-hidden="true" />
        <input className="bare" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
          aria-activedescendant={entries.length ? `palette-${pointed}` : undefined} aria-label="Search or run a command"
          placeholder="A flow, document, conversation, run, page or act" autoComplete="off" spellCheck="false" maxLength={200}
          value={typed} onChange={(event) => (setTyped(event.target.value), setAt(0))} onKeyDown={onKeyDown} />
        <kbd>Esc</kbd>
      </div>
      <div id="palette-list" ref={list} role="listbox" aria-label="Results" className="pl">
        {grouped(entries).map(([group, those]) => (
          <div role="group" aria-label={group} key={group}>
            <div className="pgr" aria-hidden="true">{group}</div>
            {those.map((entry) => {
              place += 1;
              return <Option key={entry.id} entry={entry} at={place} chosen={place === pointed} query={query} onPick={pick} onPoint={setAt} />;
            })}
          </div>
        ))}
      </div>
      <p className={entries.length ? "sr" : "pnone"} role="status">
        {waiting ? "Searching" : entries.length ? `${entries.length} found` : `Nothing matches “${query}”.`}
      </p>
      <div className="pft">
        <span><kbd>↑</kbd> <kbd>↓</kbd> move</span><span><kbd>↵</kbd> open</span>
        <span className="hide-s"><kbd>Ctrl ↵</kbd> open in a new tab</span>
        <span className="r hide-s"><kbd>&gt;</kbd> commands</span><span className="hide-s"><kbd>#</kbd> runs</span>
      </div>
    </dialog>
  );
}
