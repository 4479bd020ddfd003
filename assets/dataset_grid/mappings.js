// What became of the columns of the last file of its kind, kept in this browser: the next export has the same ones.

const PREFIX = "import-mapping:";

function keyOf(kind, columns) {
  return `${PREFIX}${kind}:${JSON.stringify([...columns].sort())}`;
}

/* Keep a mapping, column -> what it becomes, for files of `kind` with the same columns. */
export function keepMapping(kind, mapping) {
  try {
    localStorage.setItem(keyOf(kind, Object.keys(mapping)), JSON.stringify(mapping));
  } catch {
    // Storage is full or switched off: the next file is guessed.
  }
}

/* Return what was kept where it differs from what the server guessed, else null. */
export function keptMapping(kind, { columns, mapping }) {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(kind, columns)));
    return kept && columns.some((column) => kept[column] !== mapping[column]) ? kept : null;
  } catch {
    return null;
  }
}
