// Within it, Enter sends the form of a text area and Shift+Enter breaks the line; an input method's Enter picks its word.

export function EnterSends({ children, className }) {
  const heard = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing || event.target.tagName !== "TEXTAREA") return;
    event.preventDefault();
    event.target.form?.requestSubmit();
  };
  return <div className={className} onKeyDown={heard}>{children}</div>;
}
