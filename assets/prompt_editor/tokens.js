// About how many tokens a text has, and what they cost. Pure; the server counts the same way.

const CHARACTERS_A_TOKEN = 4;

/** A quarter of the bytes, which holds for most scripts. */
export function estimatedTokens(text) {
  return Math.ceil(new TextEncoder().encode(text).length / CHARACTERS_A_TOKEN);
}

/** "about 212 tokens, $0.0006 a call before its values", without money where the model costs nothing. */
export function costWords(tokens, dollarsPerMillion) {
  const about = `about ${tokens.toLocaleString("en-GB")} ${tokens === 1 ? "token" : "tokens"} before its values`;
  const dollars = (tokens * dollarsPerMillion) / 1e6;
  if (!dollars) return about;
  return `${about}, ${dollars < 0.0001 ? "under $0.0001" : `$${dollars.toFixed(4)}`} a call`;
}
