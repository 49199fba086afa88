import { parseArgs } from "node:util";
import type { LabelMode } from "../../core/import/import-request.ts";
import { Problem } from "../../core/problem.ts";

export const IMPORT_USAGE = `karyoloop import --project NAME --specimen TEXT [options] FILE_OR_FOLDER…

Sends volumes to a running server and waits until they are imported. Folders are searched for .tif, .tiff, .h5, .hdf5
and .zip. X_image.tif and X_labels.tif are one volume X with its labels. What broke off goes on when started again;
volumes that are already there are left alone.

  --server URL             address of the server (default http://127.0.0.1:3000)
  --email EMAIL            your account; KARYOLOOP_EMAIL does too
                           the password is read from KARYOLOOP_PASSWORD, else asked for
  --project NAME           name or id of the project
  --specimen TEXT          embryo, organoid or well that all these volumes were taken from, or
  --specimen-pattern REGEX what this finds in the volume's name, its first group where it has one: '^(Emb[0-9]+)'
  --voxel-size Z,Y,X       micrometres; used where a file does not say it
  --labels accepted|proposals   what labels are taken for (default accepted); none leaves them out
  --complete               accepted labels hold every nucleus: the rest is known to be empty
  --image PATH             which image of a file that holds several, such as /raw
  --channel N, --time N    counted from 1 (default 1)
  --dry-run                say what would be imported, send nothing
  --help                   this text`;

export interface ImportOptions {
  readonly paths: readonly string[];
  readonly server: string;
  readonly email: string | undefined;
  readonly project: string;
  specimenOf(volumeName: string): string;
  readonly voxelSizeZyx: [number, number, number] | null;
  readonly labels: LabelMode | "none";
  readonly complete: boolean;
  readonly image: string | undefined;
  readonly channel: number;
  readonly time: number;
  readonly dryRun: boolean;
}

const wrong = (what: string): Problem =>
  new Problem({ tag: "wrong-arguments", what, hint: "karyoloop import --help explains the options." });

/** Null when only the help was asked for. */
export function parseImportOptions(args: readonly string[]): ImportOptions | null {
  const { values, positionals } = readArguments(args);
  if (values.help) return null;
  if (positionals.length === 0) throw wrong("Name the files or folders to import.");
  if (!values.project) throw wrong("Name the --project.");
  const labels = values.labels ?? "accepted";
  if (labels !== "accepted" && labels !== "proposals" && labels !== "none")
    throw wrong(`--labels is accepted, proposals or none, not ${labels}.`);
  return {
    paths: positionals,
    server: (values.server ?? "http://127.0.0.1:3000").replace(/\/+$/, ""),
    email: values.email,
    project: values.project,
    specimenOf: specimenRule(values.specimen, values["specimen-pattern"]),
    voxelSizeZyx: values["voxel-size"] === undefined ? null : readVoxelSize(values["voxel-size"]),
    labels,
    complete: values.complete ?? false,
    image: values.image,
    channel: readCount("--channel", values.channel),
    time: readCount("--time", values.time),
    dryRun: values["dry-run"] ?? false,
  };
}

function readArguments(args: readonly string[]) {
  const one = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        server: one,
        email: one,
        project: one,
        specimen: one,
        "specimen-pattern": one,
        "voxel-size": one,
        labels: one,
        image: one,
        channel: one,
        time: one,
        complete: flag,
        "dry-run": flag,
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

function specimenRule(text: string | undefined, pattern: string | undefined): (name: string) => string {
  if (text && pattern) throw wrong("--specimen and --specimen-pattern exclude each other.");
  if (text) return () => text;
  if (!pattern)
    throw wrong(
      "Say which --specimen the volumes were taken from, or how to find it in their names with --specimen-pattern.",
    );
  let expression: RegExp;
  try {
    expression = new RegExp(pattern);
  } catch (error) {
    throw wrong(`--specimen-pattern: ${error instanceof Error ? error.message : error}`);
  }
  return (name) => {
    const found = expression.exec(name);
    if (!found) throw wrong(`--specimen-pattern ${pattern} finds nothing in the name ${name}.`);
    return found[1] ?? found[0];
  };
}

function readVoxelSize(text: string): [number, number, number] {
  const [z, y, x, ...more] = text.split(",").map(Number);
  if (more.length > 0 || ![z, y, x].every((size) => size > 0 && Number.isFinite(size)))
    throw wrong(`--voxel-size needs three numbers in micrometres such as 1.75,0.8,0.8, not ${text}.`);
  return [z, y, x];
}

function readCount(name: string, text: string | undefined): number {
  const value = Number(text ?? 1);
  if (!Number.isInteger(value) || value < 1) throw wrong(`${name} is counted from 1, not ${text}.`);
  return value - 1;
}
