import type { Dataset, Group } from "h5wasm";

/** Looked at before it is read: an attribute can have gigabytes. */
const MAX_BYTES = 65_536;

function contentOf(owner: Dataset | Group, name: string): unknown {
  const attribute = owner.attrs[name];
  if (!attribute) return undefined;
  const { total_size, size } = attribute.metadata;
  return total_size * size <= MAX_BYTES ? attribute.json_value : undefined;
}

/** Text of an attribute, which Imaris stores letter by letter; null where there is none. */
export function textAttribute(owner: Dataset | Group, name: string): string | null {
  const value = contentOf(owner, name);
  const text = Array.isArray(value) ? value.join("") : value;
  return typeof text === "string" ? text.slice(0, MAX_BYTES) : null;
}

/** `count` numbers of an attribute; null where it has another count, or is no numbers. */
export function numbersAttribute(owner: Dataset | Group, name: string, count: number): number[] | null {
  const value = contentOf(owner, name);
  const numbers = Array.isArray(value) ? value.flat().map(Number) : [];
  return numbers.length === count && numbers.every(Number.isFinite) ? numbers : null;
}
