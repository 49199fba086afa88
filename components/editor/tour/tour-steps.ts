import type { ShownKey } from "../../ui/shown-keys.tsx";
import type { PanelTab } from "../editor-state.ts";

export interface TourStep {
  readonly title: string;
  /** CSS selector of the part of the page that it is about. */
  readonly at: string;
  /** Where the card stands beside it. */
  readonly side: "inside" | "right" | "left" | "below";
  /** The panel that is opened for it. */
  readonly tab?: PanelTab;
  text(key: ShownKey): string;
}

const or = (key: string, words: string): string => (key === "" ? words : key);

/** What somebody must have seen to begin; the guides have the rest. */
export const tourSteps: readonly TourStep[] = [
  {
    title: "One place, four panes",
    at: "[data-tour=panes]",
    side: "inside",
    text: (key) =>
      `XY, XZ and YZ are slices through the crosshair, the fourth is 3D. Turn the wheel to go through the slices, with Ctrl to zoom; hold Space and drag to pan. ` +
      `${or(key("view.maximise"), "The button in its corner")} makes the pane under the pointer large. Click a nucleus in any pane and it is selected in all.`,
  },
  {
    title: "Tools",
    at: "[data-tour=tools]",
    side: "right",
    text: (key) =>
      `Begin with click to segment (${or(key("tool.segment"), "the stars")}): one click in a nucleus outlines it in 3D, ${or(key("shape.keep"), "Keep")} keeps it. ` +
      `Or take the brush (${or(key("tool.brush"), "in the bar")}); ${or(key("nucleus.new"), "the plus")} begins the next nucleus. ` +
      `${or(key("edit.undo"), "Undo")} takes back your own acts and nobody else's. Everything is saved while you work, and the others see it.`,
  },
  {
    title: "The queue",
    at: "[data-tour=queue]",
    side: "left",
    tab: "queue",
    text: (key) =>
      `Once a model has proposed nuclei, they lie hatched in the panes, and the queue asks about those it is least sure of. ` +
      `${or(key("review.next"), "Next question")} brings one; ${or(key("review.accept"), "Accept")} accepts it, ${or(key("review.correct"), "Correct")} hands it to your brush, ` +
      `${or(key("review.reject"), "No nucleus")} says that there is none. Two people are never asked the same.`,
  },
  {
    title: "Boxes",
    at: "[data-tour=boxes]",
    side: "left",
    tab: "boxes",
    text: (key) =>
      `What is not labelled is not background to the model, unless you say so: draw a box (${or(key("tool.box"), "in the bar")}) around a part where every nucleus is labelled. ` +
      `One box kept for validation measures every model on nuclei that it never saw.`,
  },
  {
    title: "Train",
    at: "[data-tour=project]",
    side: "below",
    text: (key) =>
      `Ten to twenty nuclei and a box are enough for a first training: it is started on the project's page, behind this name, and takes minutes. Go on labelling meanwhile. ` +
      `${or(key("page.help"), "The question mark")} shows all keys, and this tour again.`,
  },
];
