import { useEffect, useRef } from "react";

const OPEN_AFTER_MS = 400;
const GAP = 6;

export function Tips() {
  const tip = useRef(null);

  useEffect(() => {
    let timer = 0;
    const hide = () => {
      clearTimeout(timer);
      if (tip.current?.matches(":popover-open")) tip.current.hidePopover();
    };
    const show = (node) => {
      const box = node.getBoundingClientRect();
      if (!node.isConnected || !box.width) return;
      const [words, key] = tip.current.children;
      words.textContent = node.dataset.tip;
      key.textContent = node.dataset.tipKey || "";
      key.hidden = !node.dataset.tipKey;
      tip.current.showPopover();
      const own = tip.current.getBoundingClientRect();
      const aside = node.dataset.tipSide === "right";
      const left = aside ? box.right + GAP : box.left + (box.width - own.width) / 2;
      let top = aside ? box.top + (box.height - own.height) / 2 : box.bottom + GAP;
      if (top + own.height > innerHeight) top = box.top - own.height - GAP;
      tip.current.style.left = `${Math.max(GAP, Math.min(left, innerWidth - own.width - GAP))}px`;
      tip.current.style.top = `${top}px`;
    };
    const start = (event) => {
      const node = event.target.closest?.("[data-tip]");
      hide();
      if (!node?.dataset.tip) return;
      if (event.type === "focusin" && !node.matches(":focus-visible")) return;
      timer = setTimeout(show, OPEN_AFTER_MS, node);
    };
    const wired = { pointerover: start, focusin: start, focusout: hide, pointerdown: hide, keydown: hide };
    for (const [name, act] of Object.entries(wired)) addEventListener(name, act, true);
    return () => {
      hide();
      for (const [name, act] of Object.entries(wired)) removeEventListener(name, act, true);
    };
  }, []);
  return <span ref={tip} className="tip" role="tooltip" popover="manual"><span /><kbd /></span>;
}
