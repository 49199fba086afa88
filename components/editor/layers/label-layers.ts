import type { LabelBrickSource, LabelDocument, LabelValue } from "../../../core/edit/label-document.ts";
import { statusOf } from "../../../core/edit/nucleus-acts.ts";
import type { LabelLayer, LabelStyle } from "../../viewer/viewer-contract.ts";
import type { NucleusClass } from "../editor-contract.ts";
import type { EditorState } from "../editor-state.ts";
import { type Rgb, rgbOfHex, rgbOfLabel, statusRgb } from "./label-color.ts";

const NO_CLASS: Rgb = [150, 150, 150];

/** How the viewer draws the labels for one state of the editor: colours by nucleus, status or class. */
export function labelLayer(
  document: Pick<LabelDocument, "fieldsOf" | "canonicalLabel">,
  source: LabelBrickSource,
  state: EditorState,
  classes: readonly NucleusClass[],
  styleRevision: number,
): LabelLayer {
  const hidden = new Set(state.hiddenStatuses);
  const classRgb = new Map(classes.map((entry) => [entry.name, rgbOfHex(entry.color)]));
  const rgbOf = (label: LabelValue): Rgb => {
    if (state.coloring === "status") return statusRgb[statusOf(document, label)];
    if (state.coloring === "class") return classRgb.get(document.fieldsOf(label).class ?? "") ?? NO_CLASS;
    return rgbOfLabel(label);
  };
  return {
    id: "labels",
    source,
    visible: state.labelsVisible,
    opacity: state.labelOpacity,
    outlinesOnly: state.outlinesOnly,
    styleRevision,
    groupOf: (label) => document.canonicalLabel(label),
    styleOf(label): LabelStyle {
      const canonical = document.canonicalLabel(label);
      const status = statusOf(document, canonical);
      return { rgb: rgbOf(canonical), visible: !hidden.has(status), hatched: status === "unfinished" };
    },
  };
}

/** Proposals that were judged disappear from their layer: accepted ones are labels now, rejected ones are nothing. */
export function proposalLayer(
  document: LabelDocument,
  proposals: LabelBrickSource,
  state: EditorState,
  styleRevision: number,
): LabelLayer {
  return {
    id: "proposals",
    source: proposals,
    visible: state.proposalsVisible && !state.hiddenStatuses.includes("proposed"),
    opacity: state.proposalOpacity,
    outlinesOnly: state.outlinesOnly,
    styleRevision,
    styleOf: (label): LabelStyle => ({
      rgb: state.coloring === "nucleus" ? rgbOfLabel(label) : statusRgb.proposed,
      visible: document.fieldsOf(label).status === undefined,
      hatched: true,
    }),
  };
}
