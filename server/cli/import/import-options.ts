import { parseArgs } from "node:util";
import {
  type ChannelChoice,
  channelChoices,
  KEPT_UNASKED,
  MAX_KEPT_CHANNELS,
} from "../../../core/import/file-channels.ts";
import type { LabelMode } from "../../../core/import/import-request.ts";
import type { LabelParts } from "../../../core/import/label-findings.ts";
import type { LabelChannel } from "../../../core/import/open-questions.ts";
import { isPlausibleSize, PLAUSIBLE_UM } from "../../../core/import/voxel-size.ts";
import { Problem } from "../../../core/problem.ts";

export const IMPORT_USAGE = `karyoloop import --project NAME --specimen TEXT [options] FILE_FOLDER_OR_ADDRESS…

Sends volumes to a running server and waits until they are imported. Folders are searched with all below them; one that
is an OME-Zarr or N5 is a volume. The server itself fetches an OME-Zarr image at an address: https://…/x.ome.zarr
X_image.tif and X_labels.tif are one volume X with its labels; the folders of nnU-Net, StarDist, Cellpose and the Cell
Tracking Challenge are recognised, shown, and taken when confirmed. What broke off goes on when started again; files
that are already there are left alone. It ends with what became of every file, and with status 1 where something that
a person would miss was left out. What a file leaves open is refused with the option that answers it.

  --server URL             address of the server (default http://127.0.0.1:3000)
  --email EMAIL            your account; KARYOLOOP_EMAIL does too
                           the password is read from KARYOLOOP_PASSWORD, else asked for
  --project NAME           name or id of the project
  --specimen TEXT          embryo, organoid or well that all these volumes were taken from, or
  --specimen-pattern REGEX what this finds in the volume's name, its first group where it has one: '^(Emb[0-9]+)'
  --voxel-size Z,Y,X       micrometres; taken instead of what a file says
  --labels accepted|proposals   what labels are taken for (default accepted); none leaves them out
  --complete               accepted labels hold every nucleus: the rest is known to be empty
  --image PATH             which image of a file that holds several: series, position, field, dataset or order of axes,
                           as the refusal lists them ("series 2", /raw, A/1/0)
  --channel N, --time N    counted from 1; needed where a file has several
  --time all               every time point becomes a volume of its own, "X t01", "X t02" …
  --channels all|labelled  whether the other channels of the image are kept to look at: all of them (${MAX_KEPT_CHANNELS} at most), or none.
                           Unsaid, they are kept where the image has ${KEPT_UNASKED} channels or fewer
  --labels-image PATH      which image of a file holds the labels
  --labels-channel N|colours, --labels-time N   likewise; colours: every colour is a nucleus
  --parts one-per-part|as-numbered   what connected parts of a mask, or of an id that several nuclei share, become
  --labels-voxel-size as-image   labels that state another voxel size belong to the image all the same
  --yes                    the recognised folders are right, do not ask
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
  /** From 0; null where it was not said. */
  readonly channel: number | null;
  /** `all`: every time point becomes a volume of its own. */
  readonly time: number | "all" | null;
  /** Undefined where it was not said. */
  readonly channels: ChannelChoice | undefined;
  readonly labelsImage: string | undefined;
  readonly labelsChannel: LabelChannel | null;
  readonly labelsTime: number | null;
  readonly parts: LabelParts | undefined;
  readonly labelsOtherVoxelSize: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
}

export const isAddress = (text: string): boolean => /^(https?|s3|gs):\/\//i.test(text);

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
    time: values.time === "all" ? "all" : readCount("--time", values.time, ", or all"),
    channels: oneOf("--channels", values.channels, channelChoices),
    labelsImage: values["labels-image"],
    labelsChannel:
      values["labels-channel"] === "colours" ? "colours" : readCount("--labels-channel", values["labels-channel"]),
    labelsTime: readCount("--labels-time", values["labels-time"]),
    parts: oneOf("--parts", values.parts, ["as-numbered", "one-per-part"]),
    labelsOtherVoxelSize: oneOf("--labels-voxel-size", values["labels-voxel-size"], ["as-image"]) !== undefined,
    yes: values.yes ?? false,
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
        channels: one,
        time: one,
        "labels-image": one,
        "labels-channel": one,
        "labels-time": one,
        parts: one,
        "labels-voxel-size": one,
        yes: flag,
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
  if (more.length > 0 || ![z, y, x].every(isPlausibleSize))
    throw wrong(
      `--voxel-size needs three numbers from ${PLAUSIBLE_UM.join(" to ")} in micrometres such as 1.75,0.8,0.8, not ${text}.`,
    );
  return [z, y, x];
}

function oneOf<T extends string>(name: string, text: string | undefined, known: readonly T[]): T | undefined {
  const found = known.find((one) => one === text);
  if (text !== undefined && !found) throw wrong(`${name} is ${known.join(" or ")}, not ${text}.`);
  return found;
}

function readCount(name: string, text: string | undefined, orElse = ""): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw wrong(`${name} is counted from 1${orElse}, not ${text}.`);
  return value - 1;
}
