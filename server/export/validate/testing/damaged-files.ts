import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";

/** Files of an unpacked dataset by path, to be damaged on purpose. */
export type Files = Map<string, Uint8Array>;

/** A rule, how it is broken in words, and who breaks it. */
export type Damage = readonly [rule: string, how: string, damage: (files: Files) => void];

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export const textOf = (files: Files, name: string): string => Buffer.from(files.get(name) ?? []).toString();
export const jsonOf = (files: Files, name: string): JsonObject => JSON.parse(textOf(files, name)) as JsonObject;
export const put = (files: Files, name: string, json: unknown) =>
  void files.set(name, Buffer.from(JSON.stringify(json)));

/** Changes the value at a dotted path of a JSON file. */
export const inJson = (name: string, at: string, change: (value: Json) => Json) => (files: Files) => {
  const parts = at.split(".");
  const last = parts.pop() ?? "";
  const root = jsonOf(files, name);
  const parent = parts.reduce<Json>((node, part) => (node as JsonObject)[part], root) as JsonObject;
  parent[last] = change(parent[last]);
  put(files, name, root);
};
export const to = (value: Json) => () => value;

export const changed = (name: string, change: (bytes: Buffer) => Buffer) => (files: Files) => {
  const bytes = files.get(name);
  if (!bytes) throw new Error(`there is no ${name}`);
  files.set(name, change(Buffer.from(bytes)));
};
export const inText = (name: string, from: string, into: string) =>
  changed(name, (bytes) => {
    const text = bytes.toString("latin1");
    if (!text.includes(from)) throw new Error(`${name} does not hold ${from}`);
    return Buffer.from(text.replace(from, into), "latin1");
  });

/** A cell of the table, whose cells hold no line breaks and, but for the class, no commas. */
export const inTable = (label: number, column: string, change: (cell: string) => string) => (files: Files) => {
  const [header, ...lines] = textOf(files, "nuclei.csv").trimEnd().split("\r\n");
  const [names, cellsOf] = [header.split(","), (line: string) => line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g) ?? []];
  const index = names.indexOf(column);
  const rows = lines.map((line) => {
    const cells = cellsOf(line)
      .map((cell) => cell.replace(/,$/, ""))
      .slice(0, names.length);
    if (cells[names.indexOf("label")] === String(label)) cells[index] = change(cells[index]);
    return cells.join(",");
  });
  files.set("nuclei.csv", Buffer.from(`${[header, ...rows].join("\r\n")}\r\n`));
};
export const lines = (change: (lines: string[]) => string[]) => (files: Files) =>
  void files.set(
    "nuclei.csv",
    Buffer.from(`${change(textOf(files, "nuclei.csv").trimEnd().split("\r\n")).join("\r\n")}\r\n`),
  );

/** The voxels of a stored chunk, packed anew. */
export const inChunk = (name: string, change: (voxels: Buffer) => void) =>
  changed(name, (bytes) => {
    const voxels = gunzipSync(bytes);
    change(voxels);
    return gzipSync(voxels, { level: 1 });
  });

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Whoever damages a dataset on purpose, or makes one anew after a mistake, writes its lists anew, too. */
export function signed(files: Files): void {
  const paths = [...files.keys()].filter((name) => name !== "dataset.json" && name !== "SHA256SUMS");
  const digest = (name: string) => ({
    path: name,
    bytes: files.get(name)?.length ?? 0,
    sha256: sha256(files.get(name) ?? new Uint8Array()),
  });
  const card = jsonOf(files, "croissant.json");
  const distribution = (card.distribution as JsonObject[])
    .filter((one) => one["@type"] === "cr:FileSet" || files.has(String(one.contentUrl)))
    .map((one) => (one["@type"] === "cr:FileSet" ? one : { ...one, sha256: digest(String(one.contentUrl)).sha256 }));
  put(files, "croissant.json", { ...card, distribution });
  const crate = jsonOf(files, "ro-crate-metadata.json");
  const others = (crate["@graph"] as JsonObject[]).filter((one) => one["@type"] !== "File");
  const single = paths.filter((name) => !name.includes(".ome.zarr/") && name !== "ro-crate-metadata.json");
  const entities = single.map((name) => ({ "@id": encodeURI(name), "@type": "File", sha256: digest(name).sha256 }));
  put(files, "ro-crate-metadata.json", { ...crate, "@graph": [...others, ...entities] });
  put(files, "dataset.json", { ...jsonOf(files, "dataset.json"), files: paths.map(digest) });
  const listed = [...files.keys()].filter((name) => name !== "SHA256SUMS");
  const sums = listed.map((name) => `${digest(name).sha256}  ${name}\n`).join("");
  files.set("SHA256SUMS", Buffer.from(sums));
}

export const remove = (name: string) => (files: Files) => {
  if (!files.delete(name)) throw new Error(`there is no ${name}`);
};
export const volumes = (change: (volume: JsonObject) => JsonObject[]) =>
  inJson("dataset.json", "volumes", (list) => (list as JsonObject[]).flatMap(change));
export const volume = (fields: JsonObject) => volumes((one) => [{ ...one, ...fields }]);
