import { useEffect, useRef, useState } from "react";

const SHOW_AFTER_MS = 1000;
const ASK_EVERY_MS = 2000;
const SAY_BACK_MS = 3000;
/* The server answers but refuses this socket: the session has ended, and a reload leads to the sign-in page. */
const REFUSALS = 3;

const clock = () => new Date().toLocaleTimeString("en-GB");
const MANIFEST = /\/assets\/manifest-[\w-]+\.js/;
const bundle = (html) => MANIFEST.exec(html)?.[0];
/* The page drops its own script elements once they ran; what was fetched for it is remembered by the browser. */
const loaded = () => performance.getEntriesByType("resource").map((entry) => bundle(entry.name)).find(Boolean);

async function answers(path) {
  try {
    const answer = await fetch(path, { cache: "no-store" });
    return answer.ok ? await answer.text() : "";
  } catch {
    return "";
  }
}

export function ServerGone({ lost }) {
  const [phase, setPhase] = useState("there");
  const since = useRef("");

  useEffect(() => {
    if (!lost) {
      setPhase((now) => (now === "gone" ? "back" : now));
      return undefined;
    }
    since.current = clock();
    let refused = 0;
    const show = setTimeout(setPhase, SHOW_AFTER_MS, "gone");
    const ask = setInterval(async () => {
      refused = (await answers("/api/health")) ? refused + 1 : 0;
      if (refused >= REFUSALS) location.reload();
    }, ASK_EVERY_MS);
    return () => {
      clearTimeout(show);
      clearInterval(ask);
    };
  }, [lost]);

  useEffect(() => {
    if (phase !== "back") return undefined;
    const gone = setTimeout(setPhase, SAY_BACK_MS, "there");
    answers(location.pathname).then((html) => {
      const now = bundle(html);
      const mine = loaded();
      if (now && mine && now !== mine) {
        clearTimeout(gone);
        setPhase("newer");
      }
    });
    return () => clearTimeout(gone);
  }, [phase]);

  if (phase === "gone")
    return (
      <div className="banner fail over" role="alert">
        <span>
          <b className="b">Connection lost at {since.current}.</b> You see the last known state. It comes back by itself.
        </span>
        <span className="acts">
          <button type="button" className="btn sm" onClick={() => location.reload()}>Try now</button>
        </span>
      </div>
    );
  if (phase === "newer")
    return (
      <div className="banner wait over" role="status">
        <span><b className="b">A new version of Signalbox is here.</b> Reload to use it.</span>
        <span className="acts">
          <button type="button" className="btn sm" onClick={() => location.reload()}>Reload</button>
        </span>
      </div>
    );
  if (phase === "back") return <div className="banner over" role="status">The connection is back.</div>;
  return null;
}
