import { useEffect, useRef } from "react";
import { useLocation } from "react-router";

export function Modal({ open, onClose, className, labelledBy, describedBy, children }) {
  const box = useRef(null);
  const from = useRef(null);

  useEffect(() => {
    const dialog = box.current;
    if (open && !dialog.open) {
      from.current = document.activeElement;
      dialog.showModal();
      (dialog.querySelector("[data-safe]") ?? dialog.querySelector("input, textarea, select, button"))?.focus();
      dialog.scrollTop = 0; // the focused button may stand at the end of what is to be read
    } else if (!open && dialog.open) dialog.close();
    if (!open && from.current) {
      if (from.current.isConnected) from.current.focus();
      from.current = null;
    }
  }, [open]);

  const { pathname } = useLocation();
  const left = useRef(null);
  left.current = open ? onClose : null;
  // A page that is left closes its dialog: whoever comes back did not ask for it.
  useEffect(() => () => left.current?.(), [pathname]);

  const cancel = (event) => {
    event.preventDefault();
    onClose?.();
  };
  const backdrop = (event) => event.target === box.current && onClose?.();
  return (
    <dialog ref={box} className={className} aria-labelledby={labelledBy} aria-describedby={describedBy || undefined}
      onCancel={cancel} onPointerDown={backdrop}>
      {open ? children : null}
    </dialog>
  );
}
