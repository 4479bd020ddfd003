const STEP = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function Roving({ children, className, role, label, pick }) {
  const onKeyDown = (event) => {
    const all = [...event.currentTarget.querySelectorAll(pick)];
    const at = all.indexOf(document.activeElement);
    if (at < 0) return;
    let next = -1;
    if (event.key in STEP) next = (at + STEP[event.key] + all.length) % all.length;
    if (event.key === "Home") next = 0;
    if (event.key === "End") next = all.length - 1;
    if (next < 0) return;
    event.preventDefault();
    all[next].focus();
    all[next].click();
  };
  return <div className={className} role={role} aria-label={label} onKeyDown={onKeyDown}>{children}</div>;
}
