import { type Spread, spreadOf } from "../../../core/agreement/study-result.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";

const said = (spread: Spread | null, digits = 2): string =>
  spread ? `${spread.mean.toFixed(digits)} (${spread.min.toFixed(digits)} to ${spread.max.toFixed(digits)})` : "–";
const figure = (value: number | null): string => (value === null ? "–" : value.toFixed(2));

/** The part of the README on what several people drew blind; empty where nobody did. */
export function agreementWords({ agreement, volumes }: DatasetDescription): string {
  if (!agreement?.length) return "";
  const nameOf = new Map(volumes.map(({ id, fileName }) => [id, fileName]));
  const rows = agreement.map((one) =>
    [
      nameOf.get(one.volumeId) ?? one.volumeId,
      `z ${one.box.minZyx[0]}–${one.box.maxZyx[0]}, y ${one.box.minZyx[1]}–${one.box.maxZyx[1]}, x ${one.box.minZyx[2]}–${one.box.maxZyx[2]}`,
      one.annotators,
      one.beginsWith === "nothing" ? "nothing" : "proposals of a model",
      one.nuclei.length,
      one.nuclei.filter(({ agreed }) => agreed === one.annotators).length,
      said(spreadOf(one.pairs.map(({ f1 }) => f1))),
      said(spreadOf(one.pairs.map(({ meanIou }) => meanIou))),
      said(spreadOf(one.pairs.map(({ surfaceUm }) => surfaceUm))),
      figure(one.kappa),
      figure(one.alpha),
      said(one.model && spreadOf(one.model.map(({ f1 }) => f1))),
    ].join(" | "),
  );
  return `
## How far people agree

These boxes were drawn by several people, none of whom saw what the others drew. Nuclei are the same from IoU 0.5 on; F1, IoU and the mean distance of surfaces (µm) are
means over pairs of people, with the smallest and the largest. Kappa is Fleiss' over nuclei that somebody drew, alpha Krippendorff's over classes. A model is as good as a
person where its F1 lies within that of people. \`dataset.json\` has every pair, and how many people drew each nucleus.

| file | voxels | people | began with | nuclei | drawn by all | F1 | IoU | surfaces | kappa | alpha | F1 of the model |
|---|---|---|---|---|---|---|---|---|---|---|---|
${rows.map((row) => `| ${row} |`).join("\n")}
`;
}
