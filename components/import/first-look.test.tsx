import { MantineProvider } from "@mantine/core";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { FileImage } from "../../core/import/file-contents.ts";
import { labelFindingsOf, partsQuestion } from "../../core/import/label-findings.ts";
import { type ArrivedFile, UNANSWERED, type VolumeDraft } from "./import-draft.ts";
import { LeftOutFiles } from "./left-out-files.tsx";
import { ManyVolumes } from "./many/many-volumes.tsx";
import { SourceFiles } from "./source-files.tsx";
import { VolumeForm } from "./volume-form.tsx";

const markup = (node: ReactNode): string => renderToStaticMarkup(<MantineProvider>{node}</MantineProvider>);

const image: FileImage = {
  path: "stack",
  shapeZyx: [9, 40, 70],
  pixelType: "uint16",
  voxelSizeZyx: [2, 0.5, 0.5],
  voxelSizeNote: "ImageJ",
  channels: ["1"],
  times: 1,
  looksLikeLabels: false,
};
const file = (uploadId: string, fileName: string, over: Partial<FileImage> = {}): ArrivedFile => ({
  uploadId,
  fileName,
  path: fileName,
  contents: { format: "TIFF", notes: [], images: [{ ...image, ...over }] },
});
const draft = (labels: Partial<NonNullable<VolumeDraft["labels"]>> = {}): VolumeDraft => ({
  name: "embryo",
  specimen: "embryo 1",
  image: { uploadId: "i", image: "stack", channel: 0, time: 0 },
  voxelSizeZyx: ["2", "0.5", "0.5"],
  labels: { uploadId: "l", image: "stack", ...UNANSWERED, mode: "accepted", complete: false, ...labels },
});
const piece = { label: 255, voxels: 50, centroidZyx: [1, 1, 1], minZyx: [0, 0, 0], maxZyx: [2, 5, 5] } as const;
const findings = labelFindingsOf([piece, { ...piece, minZyx: [5, 20, 20], maxZyx: [7, 25, 25] }], {
  ...image,
  voxelSizeZyx: [2, 0.5, 0.5],
});
const question = partsQuestion(findings);
if (!question) throw new Error("a mask asks");
const look = {
  planes: [{ across: "z", at: 4, width: 2, height: 2, widthUm: 35, heightUm: 20, image: "AAAAAA==", labels: null }],
  intensities: { histogram: [1, 2, 3], range: [0, 900], percentile1: 1, percentile998: 800, nonFinite: 0 },
  labels: findings,
  questions: [question],
  notes: ["3 voxels are no finite numbers (NaN or infinite); they are stored as 0."],
} as const;

const form = (labels: Partial<FileImage>, answers: Partial<NonNullable<VolumeDraft["labels"]>> = {}) =>
  markup(
    <VolumeForm
      file={file("i", "embryo_image.tif")}
      files={[file("i", "embryo_image.tif"), file("l", "embryo_labels.tif", labels)]}
      draft={draft(answers)}
      specimens={[]}
      pending={false}
      look={{ look, pending: false, problem: null }}
      onLookAgain={() => {}}
      problem={null}
      onChange={() => {}}
      onStart={() => {}}
      onDrop={() => {}}
    />,
  );

it("shows the cuts with their question, what the look found, and asks what a mask's parts are", () => {
  const asked = form({});
  for (const words of [
    "Is this how it should look?",
    "Cut from above, z 4",
    "3 voxels are no finite numbers",
    "This looks like a mask: the only value beside 0 is 255, in 2 separate parts",
    "2 nuclei, one per connected part",
    "Still needed: what the parts of the labels are",
  ])
    expect(asked).toContain(words);
  expect(form({}, { parts: "one-per-part" })).not.toContain("Still needed");
});

it("asks for channel or colours, and whether labels of another voxel size belong to the volume", () => {
  const colours = form({ channels: ["red", "green", "blue"], pixelType: "uint8" }, { parts: "one-per-part" });
  expect(colours).toContain("colours, or labels in one of them?");
  expect(colours).toContain("Still needed: the channel of the labels");
  const sized = form({ voxelSizeZyx: [1, 0.5, 0.5] }, { parts: "one-per-part" });
  expect(sized).toContain("the labels may be of another stack");
  expect(sized).toContain("Still needed: whether labels of another voxel size belong to it");
});

it("many volumes: what each still needs, and how many can be imported", () => {
  const row = (uploadId: string, open: readonly string[]) => ({
    uploadId,
    fileName: `${uploadId}.tif`,
    draft: { ...draft(), labels: null },
    shape: "9 × 40 × 70, uint16",
    labelsName: null,
    open,
    picture: null,
    problem: null,
  });
  const table = markup(
    <ManyVolumes
      rows={[row("a", []), row("b", ["the specimen"])]}
      pending={false}
      onFill={() => {}}
      onImport={() => {}}
    />,
  );
  for (const words of [
    "2 volumes have arrived",
    "1 of 2 selected can be imported.",
    "Import 1 volume",
    "2 × 0.5 × 0.5",
  ])
    expect(table).toContain(words);
});

it("names what is left out with its reason, and what a volume came from", () => {
  const out = markup(
    <LeftOutFiles
      conventions={["nnU-Net"]}
      leftOut={[{ file: "d/._a.tif", why: "written by macOS", missed: false }]}
      onClose={() => {}}
    />,
  );
  for (const words of ["Recognised from names and folders", "d/._a.tif: written by macOS"])
    expect(out).toContain(words);
  const source = {
    part: "image",
    fileName: "a.tif",
    bytes: 2e6,
    sha256: "ab12",
    image: "stack",
    channel: 1,
    time: 0,
  } as const;
  const came = markup(<SourceFiles files={[{ ...source, header: "Software: Fiji" }]} />);
  for (const words of ["From a.tif", "channel 2", "SHA-256 ab12", "Software: Fiji"]) expect(came).toContain(words);
});
