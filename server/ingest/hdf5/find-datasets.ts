import type { Dataset, Group } from "h5wasm";

/** Objects looked at while searching, links to what was seen already included. */
const MAX_OBJECTS = 10_000;
const MAX_DEPTH = 32;

/** What names an object whatever path led to it: hard links and soft links can form circles. */
export type AddressOf = (path: string) => string;

/**
 * The datasets below a group, breadth first, each once. What is left out is said in `notes`: links into other files above all,
 * which would show files of the server's disk, or nothing.
 */
export function* datasetsBelow(root: Group, addressOf: AddressOf, notes: string[]): Iterable<Dataset> {
  const groups: { readonly group: Group; readonly depth: number }[] = [{ group: root, depth: 0 }];
  const visited = new Set([addressOf("/")]);
  let seen = 0;
  for (let at = groups.shift(); at; at = groups.shift()) {
    for (const key of namesIn(at.group, notes)) {
      if (++seen > MAX_OBJECTS) {
        notes.push(`Only the first ${MAX_OBJECTS} objects of the file were looked at.`);
        return;
      }
      const name = at.group.path === "/" ? `/${key}` : `${at.group.path}/${key}`;
      const entity = objectIn(at.group, key);
      if (typeof entity === "string") notes.push(`${name} was left out: ${entity}`);
      else if (entity && "path" in entity) {
        const address = addressOf(entity.path);
        if (visited.has(address)) continue;
        visited.add(address);
        if ("slice" in entity) yield entity;
        else if (at.depth >= MAX_DEPTH) notes.push(`${name} was left out: it lies more than ${MAX_DEPTH} groups deep.`);
        else groups.push({ group: entity, depth: at.depth + 1 });
      }
    }
  }
}

function namesIn(group: Group, notes: string[]): string[] {
  try {
    return group.keys();
  } catch (error) {
    if (group.path === "/") throw error;
    notes.push(`${group.path} was left out: its list of members is damaged.`);
    return [];
  }
}

/** A group or a dataset; null for types and such; or why it is neither. */
function objectIn(group: Group, key: string): Group | Dataset | string | null {
  let entity: ReturnType<Group["get"]>;
  try {
    entity = group.get(key);
  } catch {
    return "it is a link that leads nowhere or in a circle, or it is damaged.";
  }
  if (!entity) return null;
  if ("filename" in entity && "obj_path" in entity)
    return `it is a link into another file (${String(entity.filename).slice(0, 200)}). Copy the dataset itself into this file.`;
  if ("target" in entity) return "it is a link that leads nowhere.";
  return "keys" in entity || "slice" in entity ? entity : null;
}
