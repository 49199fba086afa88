import { slugOf } from "./slug.ts";

/** A file name for every volume, readable and unique on every disk: `embryo-1`, `embryo-1-2`. */
export function fileNamesOf(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const base = slugOf(name, "volume");
    let fileName = base;
    for (let number = 2; taken.has(fileName); number++) fileName = `${base}-${number}`;
    taken.add(fileName);
    return fileName;
  });
}
