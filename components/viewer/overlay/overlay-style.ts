import type { BoxKind, ViewerOverlays } from "../viewer-contract.ts";

export const overlayFont = "500 11px ui-sans-serif, system-ui, sans-serif";

/** One colour per axis, used for the crosshair line across the other panes; letters tell them apart too. */
export const axisColours = ["#5b8def", "#4fb477", "#d9685f"] as const; // z, y, x

export interface BoxStyle {
  readonly color: string;
  /** CSS pixels of line and gap: kinds differ without colour. */
  readonly dash: readonly number[];
  readonly text: string;
}

export const boxStyles: Readonly<Record<BoxKind | "draft" | "task", BoxStyle>> = {
  "fully-labelled": { color: "#58c28b", dash: [], text: "fully labelled" },
  "checked-empty": { color: "#9aa7b4", dash: [2, 3], text: "checked empty" },
  validation: { color: "#e3b341", dash: [9, 3, 2, 3], text: "validation" },
  task: { color: "#7cc4ff", dash: [12, 4], text: "task" },
  draft: { color: "#ffffff", dash: [5, 4], text: "new box" },
};

/** What stands beside a box. */
export const boxText = ({ kind, changes }: ViewerOverlays["boxes"][number]): string =>
  changes ? `${boxStyles[changes].text}, being changed` : boxStyles[kind].text;
