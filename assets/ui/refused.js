/* A form may be taller than its window: what is refused at a field is brought into sight. */

const ANSWERED_MS = 5000;
const DRAWN_MS = 80;
const SAID = ".err, [role=alert]";

/** Show the first sentence that stands in the form, if any; return whether there was one. */
export function showRefusal(form) {
  const said = [...form.querySelectorAll(SAID)].find((one) => one.textContent.trim());
  said?.scrollIntoView({ block: "nearest" });
  return Boolean(said);
}

/** After each send, wait for the answer; one that changes nothing says again what stands there. */
export function watchSends(page) {
  let stop = () => {};
  page.addEventListener("submit", ({ target: form }) => {
    stop();
    let settled;
    const look = () => showRefusal(form) && stop();
    const watcher = new MutationObserver(() => {
      clearTimeout(settled);
      settled = setTimeout(look, DRAWN_MS);
    });
    const ended = setTimeout(() => { look(); stop(); }, ANSWERED_MS);
    stop = () => {
      watcher.disconnect();
      clearTimeout(settled);
      clearTimeout(ended);
    };
    watcher.observe(form, { childList: true, subtree: true, characterData: true });
  }, true);
}
