import { expect, it } from "vitest";
import type { ArrivedFile } from "../../../../components/import/import-draft.ts";
import type { FileImage } from "../../../../core/import/file-contents.ts";
import { type Answer, answerOf, type Draft, draftsOf } from "./drafts.ts";

const image = (looksLikeLabels: boolean): FileImage => ({
  path: "/",
  shapeZyx: [12, 40, 50],
  pixelType: looksLikeLabels ? "uint32" : "uint16",
  voxelSizeZyx: [2, 0.5, 0.4],
  voxelSizeNote: "ImageJ",
  channels: [""],
  times: 1,
  looksLikeLabels,
});
const file = (uploadId: string, fileName: string, looksLikeLabels: boolean): ArrivedFile => ({
  uploadId,
  fileName,
  path: fileName,
  contents: { format: "TIFF", images: [image(looksLikeLabels)], notes: [] },
});
const embryo = file("a", "embryo_image.tif", false);
const labels = file("b", "embryo_labels.tif", true);
const none = new Set<string>();

const volumeOf = (draft: Draft | undefined) => {
  if (draft?.kind !== "volume") throw new Error("not a volume");
  return draft;
};

it("takes labels along that arrive while the specimen is being typed", () => {
  const answers = new Map<string, Answer>();
  const before = draftsOf([embryo], answers, none);
  const shown = volumeOf(before.get("a"));
  expect(shown.labels).toBeNull();
  answers.set("a", answerOf(shown, { ...shown, specimen: "embryo 7" }, undefined));
  const after = volumeOf(draftsOf([embryo, labels], answers, none).get("a"));
  expect(after).toMatchObject({ specimen: "embryo 7", labels: { uploadId: "b", mode: "accepted" } });
});

it("keeps labels left out that a person left out, whatever is typed after it", () => {
  const answers = new Map<string, Answer>();
  const shown = volumeOf(draftsOf([embryo, labels], answers, none).get("a"));
  expect(shown.labels?.uploadId).toBe("b");
  const without: Draft = { ...shown, labels: null };
  answers.set("a", answerOf(shown, without, undefined));
  answers.set("a", answerOf(without, { ...without, specimen: "embryo 7" }, answers.get("a")));
  expect(draftsOf([embryo, labels], answers, none).get("a")).toMatchObject({ specimen: "embryo 7", labels: null });
});
