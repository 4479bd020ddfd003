import ReactMarkdown, { defaultUrlTransform } from "react-markdown";
import remarkGfm from "remark-gfm";

const PLUGINS = [remarkGfm];
const CITE = "#cite-";
const OUTSIDE = { target: "_blank", rel: "noopener noreferrer nofollow" };
const SCHEME = /^[a-z][a-z\d+.-]*:/i;
const OPENED = /^(https?|mailto):/i;

/* The library lets schemes by that start a program of the reader's (irc, xmpp). */
const address = (url) => {
  const kept = defaultUrlTransform(url);
  return SCHEME.test(kept) && !OPENED.test(kept) ? "" : kept;
};

/* What a model or a document wrote never runs: raw HTML stays text, pictures become links, links lead outside. */
const link = (cites) => ({ href, children }) => {
  const cite = href?.startsWith(CITE) && cites[Number(href.slice(CITE.length)) - 1];
  if (cite) return <a className="cite" href={cite.href} aria-label={`Passage: ${cite.title}`}>{children}</a>;
  return href ? <a href={href} {...OUTSIDE}>{children}</a> : <>{children}</>;
};
const picture = ({ src, alt }) => (src ? <a href={src} {...OUTSIDE}>{alt || src}</a> : <>{alt}</>);
const marked = (text, cites) =>
  (text ?? "").replace(/\[(\d{1,2})\](?!\()/g, (whole, number) => (cites[number - 1] ? `[${number}](${CITE}${number})` : whole));

export function Markdown({ text, cites = [], className = "md" }) {
  const drawn = { a: link(cites), img: picture };
  return (
    <div className={className}>
      <ReactMarkdown remarkPlugins={PLUGINS} components={drawn} urlTransform={address}>
        {marked(text, cites)}
      </ReactMarkdown>
    </div>
  );
}
