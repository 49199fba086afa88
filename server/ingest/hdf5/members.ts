import type { Dataset, Group } from "h5wasm";

/** A path of fixed names in a stranger's file: null where something else is there, or a link that leads nowhere. */
function entityAt(root: Group, path: string): ReturnType<Group["get"]> {
  try {
    return root.get(path);
  } catch {
    return null;
  }
}

export function groupAt(root: Group, path: string): Group | null {
  const entity = entityAt(root, path);
  return entity && "keys" in entity ? entity : null;
}

export function datasetAt(root: Group, path: string): Dataset | null {
  const entity = entityAt(root, path);
  return entity && "slice" in entity ? entity : null;
}

/** More times or channels than a file of people has. */
const MAX_MEMBERS = 10_000;

/** `prefix` 0, 1, 2 … as they are there, in the order of their numbers. */
export const numberedMembers = (group: Group, prefix: string): number[] =>
  group
    .keys()
    .filter((name) => name.startsWith(prefix) && /^\d{1,6}$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => a - b)
    .slice(0, MAX_MEMBERS);
