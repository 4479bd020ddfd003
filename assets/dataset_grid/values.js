// From a row to what its cells say, and back from what a person typed.

export const numbered = (row) => String(row).padStart(4, "0");
export const counted = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
const MAX_FIELDS = 4;
const SAMPLE = 200; // rows that a column's width is taken from
const LETTER = 6.5;

const partsOf = (key) => {
  const at = key.indexOf(".");
  return at < 0 ? [key, ""] : [key.slice(0, at), key.slice(at + 1)];
};

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Return the value behind `input.message`, `expected_output`, `split` and so on; what has no fields is its own value. */
export function valueOf(item, key) {
  const [head, field] = partsOf(key);
  const whole = item?.[head];
  return field && isObject(whole) ? whole[field] : whole;
}

export function textOf(value) {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (isObject(value)) return Object.entries(value).map(([name, one], _, all) => (all.length > 1 ? `${name}: ` : "") + textOf(one)).join(", ");
  return Array.isArray(value) && value.every((one) => typeof one === "string") ? value.join(", ") : JSON.stringify(value);
}

export const sourceOf = ({ source }) => {
  const word = { hand: "Hand", import: "Import", api: "API", log: "Log", playground: "Playground", generated: "Written" }[source.kind];
  return source.name ? `${word}, ${source.name}` : word;
};

/** Return what the pane edits of a value: objects over several lines. */
export function editedText(value) {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

const typesOf = (schema, field) => [(field ? schema?.properties?.[field] : schema)?.type ?? []].flat();
export const schemaTypes = (schemas, key) => {
  const [head, field] = partsOf(key);
  return typesOf(head === "input" ? schemas.input : head === "expected_output" ? schemas.expected : null, field);
};

/** Return the value that a text says where `old` stood: JSON stays JSON, and a schema may want a number. */
export function saidBy(text, old, types) {
  if (text.trim() === "") return undefined;
  const plain = text.trim();
  if (!types.includes("string")) {
    if (types.includes("boolean") && /^(true|false)$/i.test(plain)) return plain.toLowerCase() === "true";
    if (types.some((type) => type === "number" || type === "integer") && Number.isFinite(Number(plain))) return Number(plain);
  }
  if ((old !== undefined && old !== null && typeof old !== "string") || (/^[[{]/.test(plain) && !types.includes("string"))) {
    try {
      return JSON.parse(plain);
    } catch {}
  }
  return text;
}

/** Return the whole row with one part said anew; tags are parted by commas, metadata must be an object. */
export function withPart(item, key, text, schemas) {
  const [head, field] = partsOf(key);
  const body = { input: item.input, expected_output: item.expected_output, metadata: item.metadata, split: item.split, tags: item.tags };
  if (head === "tags") return { ...body, tags: text.split(",").map((tag) => tag.trim()).filter(Boolean) };
  if (head === "split") return { ...body, split: text.trim() };
  const value = saidBy(text, valueOf(item, key), schemaTypes(schemas, key));
  if (!field) return { ...body, [head]: value === undefined ? (head === "expected_output" ? null : {}) : value };
  if (body[head] !== null && body[head] !== undefined && !isObject(body[head])) return { ...body, [head]: value ?? null };
  const whole = { ...(body[head] ?? {}) };
  if (value === undefined) delete whole[field];
  else whole[field] = value;
  return { ...body, [head]: whole };
}

/** Return the names of the fields that rows have, at most so many: those of the schema, then the most frequent, as they first appeared. */
export function fieldsOf(schema, objects, most = Infinity) {
  const told = Object.keys(schema?.properties ?? {}).slice(0, most);
  const counts = new Map();
  for (const one of objects) for (const name of Object.keys(one ?? {})) counts.set(name, (counts.get(name) ?? 0) + 1);
  const seen = [...counts.keys()].filter((name) => !told.includes(name));
  const kept = new Set([...seen].sort((a, b) => counts.get(b) - counts.get(a)).slice(0, most - told.length));
  return [...told, ...seen.filter((name) => kept.has(name))];
}

/** Return the columns of the grid: a few of the input, one of what is expected, and the labels. `seen` may come in any order. */
export function columnsOf(schemas, seen) {
  const items = [...seen].sort((a, b) => a.row - b.row); // a new row is drawn first, and moves no column
  const inputs = fieldsOf(schemas.input, items.map((item) => item.input), MAX_FIELDS);
  const objects = items.map((item) => item.expected_output).filter(isObject);
  const wants = Object.entries(schemas.expected?.properties ?? {});
  const text = objects.length * 2 > items.length || (!items.length && wants.length)
    ? wants.find(([, one]) => [one?.type].flat().includes("string"))?.[0] ?? fieldsOf(null, objects).find((name) => objects.some((one) => typeof one[name] === "string"))
    : undefined;
  const widths = widthsOf(inputs, items);
  return [
    ...(inputs.length ? inputs : ["message"]).map((field) => ({ key: `input.${field}`, name: field, group: "Input", ...(widths.get(field) ?? wide(180, 2)) })),
    { key: text ? `expected_output.${text}` : "expected_output", name: text ?? "output", group: "Expected", ...wide(150, 1.6) },
    { key: "split", name: "Split", group: "", ...wide(64, 0), narrow: true },
    { key: "tags", name: "Tags", group: "", ...wide(80, 0.7), narrow: true },
    { key: "source", name: "Source", group: "", ...wide(90, 0.7), narrow: true, fixed: true },
  ];
}

const wide = (least, share) => ({ least, width: `minmax(${least}px,${share || 0.01}fr)` });

/* A column has room for its words, none is cut in two, and as much of the rest as its texts are long. */
function widthsOf(fields, items) {
  const texts = new Map(fields.map((field) => [field, items.slice(0, SAMPLE).map((item) => textOf(item.input[field]))]));
  const length = (field) => texts.get(field).reduce((sum, text) => sum + text.length, 0);
  const most = Math.max(1, ...fields.map(length));
  const word = (field) => Math.max(0, ...texts.get(field).flatMap((text) => text.split(/\s+/).map((one) => one.length)));
  const least = (field) => Math.round(Math.min(120, Math.max(64, 20 + LETTER * word(field))));
  return new Map(fields.map((field) => [field, length(field) === most ? wide(180, 2) : wide(least(field), Math.max(0.5, +((2 * length(field)) / most).toFixed(2)))]));
}

/** Say how prompts read the columns of an import; empty where one becomes the question, or none an input. */
export function questionHint(mapping) {
  const read = Object.values(mapping).filter((target) => target.startsWith("input."));
  if (!read.length || read.includes("input.question")) return "";
  return `Prompts read {{ ${read[0].slice("input.".length)} }}. One without placeholders is asked input.question.`;
}
