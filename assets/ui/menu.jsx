import { useEffect, useRef, useState } from "react";

const GAP = 4;

/* The list stands in the top layer, so that no pane with scroll bars can clip it. */
function place(list, trigger, align) {
  const box = trigger.getBoundingClientRect();
  const { width, height } = list.getBoundingClientRect();
  const left = align === "right" ? box.right - width : box.left;
  const below = box.bottom + GAP;
  const fits = below + height <= innerHeight || box.top < height;
  list.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
  list.style.top = `${fits ? below : box.top - height - GAP}px`;
}

export function MenuRoot({ children, className, align }) {
  const root = useRef(null);
  const [open, setOpen] = useState(false);
  const parts = () => ({
    trigger: root.current?.querySelector("[data-trigger]"),
    list: root.current?.querySelector("[role=menu]"),
  });

  useEffect(() => {
    const { trigger, list } = parts();
    if (!trigger || !list) return undefined;
    trigger.setAttribute("aria-haspopup", "menu");
    trigger.setAttribute("aria-expanded", String(open));
    list.setAttribute("popover", "manual");
    if (!open) return undefined;
    list.showPopover();
    place(list, trigger, align);
    list.querySelector("[role^=menuitem]:not([disabled])")?.focus();
    const outside = (event) => root.current?.contains(event.target) || setOpen(false);
    const moved = () => setOpen(false);
    addEventListener("pointerdown", outside, true);
    addEventListener("resize", moved);
    return () => {
      if (list.isConnected) list.hidePopover();
      removeEventListener("pointerdown", outside, true);
      removeEventListener("resize", moved);
    };
  }, [open, align]);

  const close = () => {
    setOpen(false);
    parts().trigger?.focus();
  };
  const onClick = (event) => {
    const { trigger } = parts();
    if (trigger?.contains(event.target)) setOpen(!open);
    else if (event.target.closest("[role^=menuitem]")) close();
  };
  const onKeyDown = (event) => {
    if (!open) {
      if (event.key === "ArrowDown" && parts().trigger?.contains(event.target)) {
        event.preventDefault();
        setOpen(true);
      }
      return;
    }
    const items = [...parts().list.querySelectorAll("[role^=menuitem]:not([disabled])")];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items[to % items.length]?.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") setOpen(false);
  };
  return <span ref={root} className={className} onClick={onClick} onKeyDown={onKeyDown}>{children}</span>;
}
