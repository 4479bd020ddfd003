import { useEffect } from "react";
import { toast } from "sonner";
import { placeToasts } from "./placing.js";
import { watchSends } from "./refused.js";

const GOOD_NEWS_MS = 6000;
/* Words that lead on are offered as long as an undo. */
const LEADING_MS = 10000;
/* Two lines of words, and two more of what to do. */
const HEIGHT = { say: 60, warn: 100, refuse: 100 };
const SETTLED_MS = 400;
const shown = () => document.querySelector("[data-sonner-toast]");
const ENTRY = "input, select, textarea, [contenteditable=true]";
const DRAWN_MS = 3000;
/* What the server has sent just before may not stand in the page yet. */
const onceDrawn = (identifier, act, until = performance.now() + DRAWN_MS) => requestAnimationFrame(() => {
  const found = document.getElementById(identifier);
  if (found) act(found);
  else if (performance.now() < until) onceDrawn(identifier, act, until);
});
const stay = (words, more) => toast.error(words, { description: more || undefined, duration: Infinity, closeButton: true });
const led = (more, href, link) => (href ? <>{more} <a href={href} className="link">{link}</a></> : more || undefined);
/* Refusals that stand, each with the page whose act was refused. */
const refused = new Map();
const ACTS = {
  say: (words, more, href, link) => {
    for (const [toasted, page] of refused) {
      if (page === location.pathname && refused.delete(toasted)) toast.dismiss(toasted);
    }
    toast.success(words, { description: led(more, href, link), duration: href ? LEADING_MS : GOOD_NEWS_MS });
  },
  warn: (words, more) => stay(words, more),
  refuse: (words, more) => refused.set(stay(words, more), location.pathname),
  leave: (address) => location.assign(address),
  address: (address) => {
    const { pathname, search } = new URL(address, location.origin);
    const plain = (path) => path.replace(/\/+$/, "");
    const isHere = plain(pathname) === plain(location.pathname) && search !== location.search;
    if (isHere) history.replaceState(history.state, "", `${location.pathname}${search}${location.hash}`);
  },
  point: (identifier) => {
    const found = document.getElementById(identifier);
    for (let fold = found?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    found?.scrollIntoView({ block: "center" });
    const entry = found?.matches(ENTRY) ? found : found?.querySelector(ENTRY);
    (entry ?? found)?.focus({ preventScroll: true });
  },
  reveal: (identifier) => onceDrawn(identifier, (found) => {
    // What fills the window is shown from its head on.
    found.scrollIntoView({ block: found.offsetHeight > innerHeight / 2 ? "start" : "center" });
  }),
};

/* Browsers report a layout that settles a frame later as an error; it is none, and would be sent and logged. */
globalThis.window?.addEventListener("error", (event) => /ResizeObserver loop/.test(event.message) && event.stopImmediatePropagation(), true);

/* A double click is one: its second half would make a thing twice, or press what has taken the button's place. */
const sends = "button[type=submit], button.primary, button[data-once]";
const heard = (event) => {
  if (event.detail < 2 || !event.target.closest?.(sends)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
};
globalThis.window?.addEventListener("click", heard, true);
if (globalThis.window) watchSends(globalThis.window);

/* Does what the server tells; console/build.py turns its events into this one of the window. */
export function Told() {
  useEffect(() => {
    const told = ({ detail: { what, words, more, href, link } }) => {
      if (what in HEIGHT && !shown()) placeToasts(HEIGHT[what]); // what stands already is never moved under a hand
      ACTS[what]?.(words, more, href, link);
    };
    const arrived = () => setTimeout(() => shown() && placeToasts(HEIGHT.warn), SETTLED_MS);
    addEventListener("signalbox:told", told);
    addEventListener("resize", arrived);
    globalThis.navigation?.addEventListener("navigatesuccess", arrived);
    return () => {
      removeEventListener("resize", arrived);
      removeEventListener("signalbox:told", told);
      globalThis.navigation?.removeEventListener("navigatesuccess", arrived);
    };
  }, []);
  return null;
}
