import { FunctionImage } from "../../../core/edit/testing/function-image.ts";
import { MemoryLabelDocument } from "../../../core/edit/testing/memory-label-document.ts";
import { Problem } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { createPlainViewStore } from "../../tools/testing/tool-stage.ts";
import type { ToolMessage } from "../../tools/tool-context.ts";
import type { ImageSource } from "../../viewer/viewer-contract.ts";
import type { EditorProps, KeptSettings, NucleusRow, ProposalRef } from "../editor-contract.ts";
import { EditorController } from "../editor-controller.ts";

const shapeZyx: Zyx = [20, 70, 90];
const voxelSizeZyx: Zyx = [2, 0.5, 0.4];
const box = { minZyx: [4, 10, 60], maxZyx: [10, 30, 80] } as const;
export const proposal: ProposalRef = { id: "p-1", label: 70_500, box };
export const other: ProposalRef = { id: "p-2", label: 70_501, box: { minZyx: [12, 5, 5], maxZyx: [15, 9, 12] } };
const isIn = ({ minZyx, maxZyx }: ProposalRef["box"], ...at: number[]): boolean =>
  at.every((v, axis) => v >= minZyx[axis] && v < maxZyx[axis]);

function memorySettings(): KeptSettings {
  const kept = new Map<string, unknown>();
  return {
    isKnown: true,
    get: (name) => kept.get(name),
    set: (name, value) => void kept.set(name, value),
    subscribe: () => () => {},
  };
}

/** An editor without its screen: two nuclei (3 and 4, of which 4 is counted) and two proposals. */
export function openEditor() {
  const document = new MemoryLabelDocument({
    shapeZyx,
    voxelSizeZyx,
    labelAt: (_z, y, x) => (y > 40 && x < 20 ? 3 : y > 40 && x >= 30 && x < 50 ? 4 : 0),
  });
  const proposals = new MemoryLabelDocument({
    shapeZyx,
    voxelSizeZyx,
    labelAt: (...at) => [proposal, other].find((one) => isIn(one.box, ...at))?.label ?? 0,
  });
  const image = {
    volumeId: "v",
    pixelType: "uint16",
    shapeZyx,
    voxelSizeZyx,
    contrast: [1, 9],
    histogram: [10, 5, 1],
    histogramRange: [0, 12],
  } as unknown as ImageSource;
  const rows = [
    {
      label: 4,
      number: 2,
      centroidZyx: [10, 55, 40],
      volumeUm3: 900,
      box: { minZyx: [0, 41, 30], maxZyx: [20, 70, 50] },
    },
  ];
  const planted = new Set<number>();
  const said: (number | null)[] = [];
  const props: EditorProps = {
    projectName: "Embryos",
    projectHref: "/projects/1",
    volumeName: "one",
    role: "annotator",
    userId: "me",
    userName: "Me",
    settings: memorySettings(),
    loadPages: async () => [],
    image,
    nucleusDiameterUm: null,
    setNucleusDiameter: async (diameterUm) => void said.push(diameterUm),
    imageVoxels: new FunctionImage(shapeZyx, (_z, _y, x) => (x >= 40 ? 9 : 5)),
    loadModel: async () => {
      throw new Problem({ tag: "offline", what: "The server cannot be reached." });
    },
    document,
    proposals,
    findProposal: async (label) => [proposal, other].find((one) => one.label === label) ?? null,
    isPlanted: (label) => planted.has(label),
    classes: [{ name: "mitotic", digit: 2, color: "#e69f00" }],
    nuclei: { data: rows as unknown as NucleusRow[], problem: null, retry() {} },
    boxes: { data: [], problem: null, retry() {} },
    quarantine: null,
    weaknesses: () => [],
    trainingStatus: null,
    attach: () => () => {},
    renderNuclei: () => null,
    taskBox: null,
    renderBoxes: () => null,
    pins: [],
    renderComments: () => null,
    renderQueue: () => null,
    renderReview: () => null,
    renderHistory: () => null,
  };
  const messages: ToolMessage[] = [];
  const editor = new EditorController(
    createPlainViewStore(),
    () => props,
    (message) => messages.push(message),
  );
  return { editor, document, messages, planted, said, view: editor.view };
}
