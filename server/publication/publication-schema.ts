import { z } from "zod";
import { readOrcid } from "../../core/publication/orcid.ts";
import {
  PUBLICATION_BOUNDS as bounds,
  doiOf,
  isWebAddress,
  type Publication,
  type VolumeOrigin,
  workRelations,
} from "../../core/publication/publication.ts";
import { nameFlaw, normalizeName } from "../../core/text/name-flaw.ts";

/** One line, which may be empty. */
const line = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .overwrite(normalizeName)
    .superRefine((text, context) => {
      const flaw = text === "" ? null : nameFlaw(text);
      if (flaw) context.addIssue({ code: "custom", message: flaw });
    });
const word = line(bounds.word);
const needed = word.refine((text) => text !== "", "is empty: fill it in, or remove the row");

/** Several lines: what stands for no character at all is refused, as it would spoil the files it is written into. */
const text = z
  .string()
  .max(bounds.text)
  .overwrite((one) => one.replaceAll("\r\n", "\n").normalize("NFC").trim())
  .refine((one) => !/[^\P{C}\n\t]/u.test(one), "holds control or invisible characters");

const orcid = z
  .string()
  .max(100)
  .transform((given, context) => {
    if (given.trim() === "") return "";
    const read = readOrcid(given);
    if (read === null)
      context.addIssue({ code: "custom", message: "is no ORCID: 16 digits, the last of which checks the others" });
    return read ?? "";
  });

const identifier = z
  .string()
  .max(500)
  .transform((given, context) => {
    const doi = doiOf(given);
    if (doi === null && !isWebAddress(given))
      context.addIssue({ code: "custom", message: "is no DOI (10.1234/…) and no address (https://…)" });
    return doi ?? given.trim();
  });

export const publicationSchema = z.strictObject({
  title: line(bounds.title),
  summary: text,
  creators: z
    .array(z.strictObject({ givenName: word, familyName: needed, affiliation: line(bounds.title), orcid }))
    .max(bounds.creators)
    .readonly(),
  contact: z.strictObject({ name: word, email: z.union([z.literal(""), z.email().max(320)]) }),
  keywords: z.array(needed).max(bounds.keywords).readonly(),
  funding: z
    .array(z.strictObject({ funder: needed, award: word }))
    .max(bounds.funding)
    .readonly(),
  relatedWorks: z
    .array(z.strictObject({ identifier, relation: z.enum(workRelations) }))
    .max(bounds.relatedWorks)
    .readonly(),
  organisms: z
    .array(z.strictObject({ name: needed, taxonId: z.int().min(1).max(1e9).nullable(), strain: word }))
    .max(bounds.organisms)
    .readonly(),
  specimenPreparation: text,
  stain: text,
  imagingMethod: line(bounds.title),
  acquisition: text,
}) satisfies z.ZodType<Publication, unknown>;

export const volumeOriginSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("own") }),
  z.strictObject({
    kind: z.literal("others"),
    citation: text.refine((one) => one !== "", "is empty: say whose images they are"),
    licence: line(bounds.word),
    link: z.union([z.literal(""), identifier]),
  }),
]) satisfies z.ZodType<VolumeOrigin, unknown>;
