import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { openPalette } from "../palette/palette.jsx";

const SEQUENCE_MS = 1500;
const OFF = "signalbox.singleKeysOff";
const editable = (node) => node?.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node?.tagName);
const visible = (node) => node.getClientRects().length > 0;

/* Esc in the filter of a list empties it, and leaves it once it is empty: then single keys act again. */
function leave(event) {
  const filter = event.target;
  if (!filter.value) {
    if (!document.querySelector("dialog[open]")) filter.blur();
    return;
  }
  event.preventDefault();
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(filter, "");
  filter.dispatchEvent(new Event("input", { bubbles: true }));
}

export function Hotkeys({ pages = [], groups = [] }) {
  const box = useRef(null);
  const navigate = useNavigate();
  const [off, setOff] = useState(false);
  const now = useRef({});
  now.current = { pages, navigate, off };

  useEffect(() => {
    setOff(localStorage.getItem(OFF) === "1");
    // Times count from the load of the page: 0 would make its first key the second of a pair.
    let leader = -SEQUENCE_MS;
    const help = () => {
      if (box.current.open) return;
      box.current.showModal();
      box.current.querySelector("[data-safe]").focus();
    };
    const press = (event) => {
      if (event.isComposing || event.repeat) return;
      const key = event.key.toLowerCase();
      if ((event.ctrlKey || event.metaKey) && key === "k" && !event.shiftKey && !event.altKey) {
        event.preventDefault();
        openPalette();
        return;
      }
      if (key === "escape" && event.target.matches?.("[data-filter]")) leave(event);
      if (event.ctrlKey || event.metaKey || event.altKey || editable(event.target)) return;
      if (now.current.off || document.querySelector("dialog[open]")) return;
      const second = event.timeStamp - leader < SEQUENCE_MS;
      leader = !second && key === "g" ? event.timeStamp : -SEQUENCE_MS;
      const page = second && now.current.pages.find((one) => one.key.toLowerCase() === key);
      if (page) {
        event.preventDefault();
        event.stopPropagation();
        now.current.navigate(page.href);
      } else if (key === "?") help();
      else if (key === "/") {
        const filter = [...document.querySelectorAll("[data-filter]")].find(visible);
        if (filter) event.preventDefault();
        filter?.focus();
      }
    };
    addEventListener("keydown", press, true);
    addEventListener("signalbox:keys", help);
    return () => {
      removeEventListener("keydown", press, true);
      removeEventListener("signalbox:keys", help);
    };
  }, []);

  const flip = () => {
    localStorage.setItem(OFF, off ? "0" : "1");
    setOff(!off);
  };
  const outside = (event) => event.target === box.current && box.current.close();
  return (
    <dialog ref={box} className="dialog wide" aria-labelledby="keys-title" onPointerDown={outside}>
      <h3 id="keys-title">Keys</h3>
      <div className="in keysheet">
        {groups.map(({ name, keys }) => (
          <section key={name}>
            <h4>{name}</h4>
            <dl>{keys.map(([cap, means]) => <div key={cap}><dt><kbd>{cap}</kbd></dt><dd>{means}</dd></div>)}</dl>
          </section>
        ))}
      </div>
      <footer>
        <span className="choice grow">
          <button type="button" role="switch" className="switch" aria-checked={!off} aria-label="Single keys" onClick={flip} />
          Single keys act outside fields
        </span>
        <button type="button" className="btn" data-safe="true" onClick={() => box.current.close()}>Close</button>
      </footer>
    </dialog>
  );
}
