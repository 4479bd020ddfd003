import { useEffect, useId, useRef } from "react";

const STEP = { ArrowDown: 1, ArrowUp: -1 };
const options = (box) => [...box.querySelectorAll("[role=option]")];

/* A field ([role=combobox]) above what it may mean ([role=listbox]): arrows walk, Enter or a click puts the data-value of an
   option into the field, Esc closes the list. The field tells of the new text as if it had been typed. */
export function Suggest({ children, className }) {
  const box = useRef(null);
  const id = useId();

  const field = () => box.current.querySelector("input");
  const isClosed = () => box.current.hasAttribute("data-closed");
  const mark = (one) => {
    for (const each of options(box.current)) each.setAttribute("aria-selected", String(each === one));
    if (one) field().setAttribute("aria-activedescendant", one.id);
    else field().removeAttribute("aria-activedescendant");
    one?.scrollIntoView({ block: "nearest" });
  };
  const tell = () => {
    const list = box.current.querySelector("[role=listbox]");
    if (list) list.id = `${id}-list`;
    const all = options(box.current);
    all.forEach((one, number) => (one.id = `${id}-${number}`));
    if (list) field().setAttribute("aria-controls", list.id);
    else field().removeAttribute("aria-controls");
    field().setAttribute("aria-expanded", String(all.length > 0 && !isClosed()));
  };
  const close = (closed) => {
    box.current.toggleAttribute("data-closed", closed);
    mark(null);
    tell();
  };
  const take = (one) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field(), one.dataset.value);
    field().dispatchEvent(new Event("input", { bubbles: true }));
    close(true);
    field().focus();
  };

  useEffect(() => {
    // The list is drawn anew by itself, behind this part.
    const drawn = new MutationObserver(() => {
      mark(null);
      tell();
    });
    drawn.observe(box.current, { childList: true, subtree: true });
    tell();
    return () => drawn.disconnect();
  }, []);

  const onKeyDown = (event) => {
    const all = options(box.current);
    if (!event.target.matches("input") || event.nativeEvent.isComposing || !all.length) return;
    const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key in STEP) {
      event.preventDefault();
      if (isClosed()) close(false);
      const next = at < 0 && event.key === "ArrowUp" ? all.length - 1 : at + STEP[event.key];
      mark(all[(next + all.length) % all.length]);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      take(all[at]);
    } else if (event.key === "Escape" && !isClosed()) {
      event.preventDefault();
      close(true);
    }
  };
  const onClick = (event) => {
    const one = event.target.closest("[role=option]");
    if (one) take(one);
  };
  const keepFocus = (event) => event.target.closest("[role=option]") && event.preventDefault();
  const onInput = (event) => event.isTrusted && close(false);
  return (
    <div ref={box} className={`suggest ${className ?? ""}`} onKeyDown={onKeyDown} onClick={onClick} onMouseDown={keepFocus} onInput={onInput}>
      {children}
    </div>
  );
}
