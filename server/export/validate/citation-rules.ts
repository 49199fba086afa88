import { parse } from "yaml";
import { z } from "zod";
import { type FileSource, readAll, readJsonFile, type Say } from "../file-source.ts";
import type { DatasetJson } from "../frozen/dataset-description.ts";
import { isInStore } from "../frozen/stored-folders.ts";

export const RO_CRATE = "ro-crate-metadata.json";
export const CROISSANT = "croissant.json";
const CFF = "CITATION.cff";
const DATACITE = "datacite.json";

type Listed = ReadonlyMap<string, { readonly sha256: string }>;

/** The files that say how to cite a dataset, and what is in it, against the dataset and by their formats' own rules. */
export async function checkCitation(files: FileSource, dataset: DatasetJson, listed: Listed, say: Say): Promise<void> {
  await checkCrate(files, listed, say);
  await checkCroissant(files, listed, say);
  const { publication } = dataset;
  if (!publication || publication.title === "" || publication.creators.length === 0) return;
  await checkCff(files, dataset, say);
  await checkDatacite(files, dataset, say);
}

/** A `%` that stands wrong names nothing. */
function pathOf(id: string): string {
  try {
    return decodeURI(id);
  } catch {
    return id;
  }
}

const text = z.string().min(1);
const reference = z.looseObject({ "@id": text });
const entity = z.looseObject({
  "@id": text,
  "@type": z.union([text, z.array(text)]),
  sha256: z.string().optional(),
});
const crateSchema = z.object({ "@context": z.unknown(), "@graph": z.array(entity) });
const descriptorSchema = z.looseObject({
  "@type": z.literal("CreativeWork"),
  about: z.object({ "@id": z.literal("./") }),
  conformsTo: z.object({ "@id": z.literal("https://w3id.org/ro/crate/1.2") }),
});
const rootSchema = z.looseObject({
  "@type": z.literal("Dataset"),
  name: text,
  description: text,
  datePublished: z.union([z.iso.datetime(), z.iso.date()]),
  license: reference,
});

/** The files of the graph are those of the folder, and its first two entities are as RO-Crate 1.2 asks. */
async function checkCrate(files: FileSource, listed: Listed, say: Say): Promise<void> {
  if (!files.paths.includes(RO_CRATE)) return;
  const parsed = crateSchema.safeParse(await readJsonFile(files, RO_CRATE));
  if (!parsed.success) return say("dataset-ro-crate", RO_CRATE, "is no RO-Crate");
  const graph = new Map(parsed.data["@graph"].map((one) => [one["@id"], one]));
  for (const [id, schema] of [
    [RO_CRATE, descriptorSchema],
    ["./", rootSchema],
  ] as const)
    sayIssue("dataset-ro-crate", `${RO_CRATE}: ${id}`, schema.safeParse(graph.get(id)), say);
  const described = new Map(
    parsed.data["@graph"].filter((one) => one["@type"] === "File").map((one) => [pathOf(one["@id"]), one.sha256]),
  );
  for (const [path, sha256] of described)
    if (listed.get(path)?.sha256 !== sha256) say("dataset-ro-crate", path, `is another file in ${RO_CRATE}`);
  for (const path of listed.keys())
    if (path !== RO_CRATE && !isInStore(path) && !described.has(path))
      say("dataset-ro-crate", path, `is not in ${RO_CRATE}`);
}

const croissantSchema = z.looseObject({
  "@context": z.looseObject({ cr: z.literal("http://mlcommons.org/croissant/") }),
  "@type": z.literal("sc:Dataset"),
  conformsTo: z.literal("http://mlcommons.org/croissant/1.1"),
  name: text,
  description: text,
  datePublished: z.iso.date(),
  creator: z.array(z.looseObject({ name: text })).min(1),
  distribution: z.array(
    z.looseObject({
      "@type": z.enum(["cr:FileObject", "cr:FileSet"]),
      "@id": text,
      name: text,
      encodingFormat: text,
      contentUrl: z.string().optional(),
      includes: z.string().optional(),
      sha256: z.string().optional(),
    }),
  ),
  recordSet: z.array(
    z.looseObject({
      field: z.array(z.looseObject({ source: z.looseObject({ fileObject: reference }) })),
    }),
  ),
});

/** Its files are those of the folder, its sets cover the rest, and its records come from files that it has. */
async function checkCroissant(files: FileSource, listed: Listed, say: Say): Promise<void> {
  if (!files.paths.includes(CROISSANT)) return;
  const rule = "dataset-croissant";
  const parsed = croissantSchema.safeParse(await readJsonFile(files, CROISSANT));
  if (!parsed.success) return sayIssue(rule, CROISSANT, parsed, say);
  const { distribution, recordSet } = parsed.data;
  const ids = new Set(distribution.map((one) => one["@id"]));
  if (ids.size !== distribution.length) say(rule, CROISSANT, "uses an @id twice");
  for (const { "@type": type, "@id": id, contentUrl, includes, sha256 } of distribution)
    if (type === "cr:FileObject" && (contentUrl === undefined || listed.get(contentUrl)?.sha256 !== sha256))
      say(rule, `${CROISSANT}: ${id}`, "is another file than the one of that name");
    else if (type === "cr:FileSet" && !files.paths.some((path) => path.startsWith((includes ?? "?").replace("**", ""))))
      say(rule, `${CROISSANT}: ${id}`, "includes no file that is here");
  for (const { field } of recordSet)
    for (const { source } of field)
      if (!ids.has(source.fileObject["@id"]))
        say(rule, CROISSANT, `takes records from ${source.fileObject["@id"]}, which it does not describe`);
}

const cffSchema = z.looseObject({
  "cff-version": z.literal("1.2.0"),
  message: text,
  title: text,
  type: z.literal("dataset"),
  authors: z.array(z.looseObject({ "family-names": z.string() })).min(1),
  version: text,
  "date-released": z.iso.date(),
});

async function checkCff(files: FileSource, { publication, version }: DatasetJson, say: Say): Promise<void> {
  const rule = "dataset-citation";
  const parsed = cffSchema.safeParse(yamlOf(await readAll(files, CFF)));
  if (!parsed.success) return sayIssue(rule, CFF, parsed, say);
  if (parsed.data.title !== publication?.title) say(rule, CFF, "has another title than dataset.json");
  if (parsed.data.version !== String(version)) say(rule, CFF, "is of another version than dataset.json");
  if (parsed.data.authors.length !== publication?.creators.length)
    say(rule, CFF, "names others than dataset.json does");
}

/** Null where it is none. */
function yamlOf(content: string): unknown {
  try {
    return parse(content);
  } catch {
    return null;
  }
}

/** What DataCite 4 requires; identifier and publisher are the repository's to add. */
const dataciteSchema = z.looseObject({
  schemaVersion: z.literal("http://datacite.org/schema/kernel-4"),
  identifiers: z.array(z.unknown()),
  creators: z.array(z.looseObject({ name: text })).min(1),
  titles: z.array(z.looseObject({ title: text })).min(1),
  publisher: text,
  publicationYear: z.string().regex(/^\d{4}$/),
  types: z.looseObject({ resourceType: text, resourceTypeGeneral: z.literal("Dataset") }),
});

async function checkDatacite(files: FileSource, { publication }: DatasetJson, say: Say): Promise<void> {
  const rule = "dataset-datacite";
  const parsed = dataciteSchema.safeParse(await readJsonFile(files, DATACITE));
  if (!parsed.success) return sayIssue(rule, DATACITE, parsed, say);
  if (parsed.data.titles[0].title !== publication?.title) say(rule, DATACITE, "has another title than dataset.json");
  if (parsed.data.creators.length !== publication?.creators.length)
    say(rule, DATACITE, "names others than dataset.json does");
}

function sayIssue(rule: string, where: string, parsed: z.ZodSafeParseResult<unknown>, say: Say): void {
  if (parsed.success) return;
  const [{ path, message }] = parsed.error.issues;
  say(rule, path.length > 0 ? `${where}: ${path.join(".")}` : where, message);
}
