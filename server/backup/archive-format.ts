import { z } from "zod";

/**
 * A backup is a tar archive of these files, in this order:
 *
 *   karyoloop-backup.json                  head
 *   secrets/<name>                         secrets of the installation; not the database's password
 *   tables/<table>/<part>.copy.gz          what COPY TO gives as text, in parts of up to 16 MiB; a table after those it refers to
 *   uploads/<id>                           files that wait for their import
 *   blobs/<key>
 *   manifest.json                          how much there is of each
 *
 * After each thousand of them, before the manifest and after it stands `sha256sums/<number>.txt`, as sha256sum writes it.
 */
export const BACKUP_FORMAT = 1;
export const HEAD_NAME = "karyoloop-backup.json";
export const MANIFEST_NAME = "manifest.json";
export const MAX_NAMES_PER_SUMS = 1000;
export const TABLE_PART_BYTES = 16 << 20;

const numbered = (number: number): string => String(number).padStart(6, "0");
export const sumsName = (number: number): string => `sha256sums/${numbered(number)}.txt`;
export const tablePartName = (table: string, number: number): string => `tables/${table}/${numbered(number)}.copy.gz`;

const identifier = z.string().regex(/^[a-z_][a-z0-9_]*$/);
const count = z.number().int().nonnegative();

export const backupHeadSchema = z.object({
  format: z.literal(BACKUP_FORMAT),
  /** Of the product, e.g. `0.1.0`. */
  version: z.string().max(100),
  madeAt: z.iso.datetime(),
  /** Number (milliseconds) of the last migration that the tables have seen. */
  migration: z.number().int().positive(),
  /** In the order in which they can be filled. */
  tables: z.array(z.object({ name: identifier, columns: z.array(identifier).min(1) })).max(1000),
});
export type BackupHead = z.infer<typeof backupHeadSchema>;

export const backupManifestSchema = z.object({
  format: z.literal(BACKUP_FORMAT),
  /** Files above, sums not counted. */
  parts: count,
  sumsSha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Rows of each. */
  rows: z.record(identifier, count),
  blobs: count,
  blobBytes: count,
  uploads: count,
  /** Blobs that rows name and that were not there: the installation was damaged before. */
  missing: z.array(z.string().max(600)).max(100),
});
export type BackupManifest = z.infer<typeof backupManifestSchema>;

export type BackupPart =
  | { readonly kind: "head" | "manifest" | "sums" }
  | { readonly kind: "secret" | "table" | "upload" | "blob"; readonly name: string };

const BLOB = /^blobs\/([A-Za-z0-9_][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_][A-Za-z0-9._-]*)*)$/;
const OTHERS = [
  ["secret", /^secrets\/([a-z][a-z0-9-]*)$/],
  ["table", /^tables\/([a-z_][a-z0-9_]*)\/\d{6}\.copy\.gz$/],
  ["upload", /^uploads\/([0-9a-f-]{36})$/],
  ["blob", BLOB],
] as const;

/** Null for a name that no backup has: none leads out of the folder it is written to. */
export function partOf(name: string): BackupPart | null {
  if (name === HEAD_NAME) return { kind: "head" };
  if (name === MANIFEST_NAME) return { kind: "manifest" };
  if (/^sha256sums\/\d{6}\.txt$/.test(name)) return { kind: "sums" };
  for (const [kind, pattern] of OTHERS) {
    const found = pattern.exec(name);
    if (found) return { kind, name: found[1] };
  }
  return null;
}
