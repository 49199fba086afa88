import { z } from "zod";
import { Problem } from "../../problem.ts";
import { MalformedBytes } from "../bytes/bytes.ts";
import { sha256Hex } from "../bytes/sha256.ts";
import { recordLimits } from "../record/record.ts";
import { decodeHeader } from "../record/record-codec.ts";
import { FORMAT, type KeptEdit, type KeptEditsFile, VERSION } from "./kept-edits-file.ts";

const MAX_EDITS = 200_000;

/** Of text that the schema has looked at. */
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

const base64 = (maxBytes: number) =>
  z
    .string()
    .max(4 * Math.ceil(maxBytes / 3))
    .regex(/^[A-Za-z0-9+/]+={0,2}$/)
    .refine((text) => text.length % 4 === 0);
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const recordId = z.string().regex(/^[0-9a-z]{1,11}\.[0-9a-z]{1,7}$/);
const editSchema = z.object({
  record: recordId,
  act: recordId,
  bytes: base64(recordLimits.storedBytes),
  seal: hex.optional(),
  voxels: z.object({ sha256: hex, bytes: base64(recordLimits.blobBytes) }).optional(),
});
const fileSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  sha256: hex,
  contents: z.object({
    volumeId: z.uuid(),
    userId: z.string().min(1).max(100),
    savedAt: z.iso.datetime(),
    edits: z.array(editSchema).max(MAX_EDITS),
    refused: z.array(editSchema.extend({ reason: z.string().max(2000), at: z.string().max(40) })).max(MAX_EDITS),
  }),
});

const notOurs = new Problem({
  tag: "not-kept-edits",
  what: "This is no file of kept edits.",
  hint: "It is one that Karyoloop saved: karyoloop-edits-….json.",
});

const damaged = (where: string) =>
  new Problem({
    tag: "kept-edits-damaged",
    what: "This file of kept edits is damaged, or somebody has changed it.",
    where,
    hint: "Ask for the file once more, as the browser saved it. Nothing was brought in.",
  });

/** Refuses (Problem) what is not whole, or not of this format. */
export function decodeKeptEdits(text: string): KeptEditsFile {
  const json = parsed(text);
  if (json?.format !== FORMAT) throw notOurs;
  if (json.version !== VERSION)
    throw new Problem({
      tag: "kept-edits-version",
      what: "This file of kept edits is of another version of Karyoloop.",
      where: `version ${String(json.version).slice(0, 20)}; this server reads version ${VERSION}`,
      hint: "Bring it in where the same version runs as in the browser that saved it.",
    });
  if (json.sha256 !== sha256Hex(new TextEncoder().encode(JSON.stringify(json.contents))))
    throw damaged("its checksum does not match what it holds");
  const checked = fileSchema.safeParse(json);
  if (!checked.success) throw damaged(checked.error.issues[0].path.join(" › "));
  const { sha256, contents } = checked.data;
  return {
    sha256,
    volumeId: contents.volumeId,
    userId: contents.userId,
    savedAt: new Date(contents.savedAt),
    edits: contents.edits.map(readEdit),
    refused: contents.refused.map((edit) => ({ ...readEdit(edit), reason: edit.reason })),
  };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function readEdit({ record, act, bytes, seal, voxels }: z.infer<typeof editSchema>): KeptEdit {
  const stored = fromBase64(bytes);
  if (numberOf(stored) !== record) throw damaged(`edit ${record}: its number is another one inside`);
  const blob = voxels && { sha256: voxels.sha256, bytes: fromBase64(voxels.bytes) };
  if (blob && sha256Hex(blob.bytes) !== blob.sha256) throw damaged(`edit ${record}: its voxels are not whole`);
  return { id: record, stored, seal: seal ?? null, act, ...(blob && { blob }) };
}

function numberOf(stored: Uint8Array): string | null {
  try {
    return decodeHeader(stored).id;
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}
