import "@mantine/core/styles.css";
import { MantineProvider } from "@mantine/core";
import { useMemo, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { ContrastPanel } from "../../components/viewer/panels/contrast-panel.tsx";
import { VolumeRenderingSwitch } from "../../components/viewer/panels/volume-rendering-switch.tsx";
import { createViewStore } from "../../components/viewer/view/view-store.ts";
import { VolumeViewer } from "../../components/viewer/view/volume-viewer.tsx";
import type {
  ImageSource,
  LabelLayer,
  PointerSample,
  PointerTool,
  ViewerHandle,
  ViewerOverlays,
} from "../../components/viewer/viewer-contract.ts";
import type { Peer } from "../../core/edit/label-document.ts";
import { MemoryLabels } from "./memory-labels.ts";
import { levelsOf, volumes } from "./synthetic-nuclei.ts";

const query = new URLSearchParams(location.search);
const name = query.get("volume") === "big" ? "big" : "small";
const volume = volumes[name];

const image: ImageSource = {
  volumeId: name,
  pixelType: "uint16",
  shapeZyx: volume.shapeZyx,
  voxelSizeZyx: volume.voxelSizeZyx,
  levels: levelsOf(volume.shapeZyx),
  chunkUrl: (level, bz, by, bx) => `/chunks/${name}/${level}/${bz}/${by}/${bx}`,
  contrast: [150, 4400],
  histogram: Array.from({ length: 256 }, (_, i) =>
    Math.round(4e6 * Math.exp(-((i - 12) ** 2) / 40) + 9000 * Math.exp(-i / 120)),
  ),
  histogramRange: [0, 5000],
};

const view = createViewStore(image);
const isProposal = (label: number): boolean => (label - 70_000) % (17 * 4) === 0 && label !== 70_000;
const labels = new MemoryLabels(volume, (label) => !isProposal(label));
const proposals = new MemoryLabels(volume, isProposal);

/** Settings that tests change. */
interface Settings {
  opacity: number;
  outlinesOnly: boolean;
  hidden: number[];
  hatched: number[];
  ring: boolean;
  paint: boolean;
  overlays: ViewerOverlays;
}

let settings: Settings = {
  opacity: 0.35,
  outlinesOnly: false,
  hidden: [],
  hatched: [70_017],
  ring: false,
  paint: false,
  overlays: { boxes: [], peers: [], points: [] },
};
let revision = 0;
const listeners = new Set<() => void>();
const picks: PointerSample[] = [];
const open: { viewer: ViewerHandle | null } = { viewer: null };
const log: string[] = [];

const tool: PointerTool = {
  name: "brush",
  cursor: "crosshair",
  get ringRadiusUm() {
    return settings.ring ? 24 * 0.5 * volume.voxelSizeZyx[2] : null;
  },
  down(sample) {
    log.push("down");
    if (settings.paint) labels.paintDisc(sample.voxelZyx, 24, 4_000_000_000);
    return settings.paint && sample.button === 0;
  },
  move(samples) {
    if (samples[0].buttons === 0 || !settings.paint) return;
    log.push("move");
    for (const sample of samples) labels.paintDisc(sample.voxelZyx, 24, 4_000_000_000);
  },
  up: () => void log.push("up"),
  cancel: () => void log.push("cancel"),
};

const colours = ["#4cc38a", "#5b9cf5", "#e0a33a", "#d16bd1", "#56c8d8", "#e06c5b", "#a3d14a", "#9a86f0"];
const rgbOf = (label: number): readonly [number, number, number] => {
  const hex = Number.parseInt(colours[Math.floor(label / 17) % colours.length].slice(1), 16);
  return [hex >> 16, (hex >> 8) & 255, hex & 255];
};

function Page() {
  const current = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => settings,
  );
  const layers = useMemo<LabelLayer[]>(() => {
    const common = {
      visible: true,
      opacity: current.opacity,
      outlinesOnly: current.outlinesOnly,
      styleRevision: revision,
      styleOf: (label: number) => ({
        rgb: label === 4_000_000_000 ? ([255, 0, 0] as const) : rgbOf(label),
        visible: !current.hidden.includes(label),
        hatched: current.hatched.includes(label),
      }),
    };
    return [
      { id: "labels", source: labels, ...common },
      { id: "proposals", source: proposals, ...common },
    ];
  }, [current]);
  return (
    <MantineProvider forceColorScheme="dark">
      <div style={{ display: "flex", height: "100%" }}>
        <div style={{ flex: 1, minWidth: 0 }}>
          <VolumeViewer
            image={image}
            layers={layers}
            view={view}
            tool={tool}
            overlays={current.overlays}
            onHover={() => undefined}
            onPick={(sample) => {
              picks.push(sample);
              view.set({ selectedLabel: sample.label, selectedProposal: sample.proposal });
            }}
            onOpen={(viewer) => {
              open.viewer = viewer;
            }}
          />
        </div>
        <div style={{ width: 240, padding: 8, background: "#16191d" }}>
          <VolumeRenderingSwitch view={view} />
          <ContrastPanel image={image} view={view} />
        </div>
      </div>
    </MantineProvider>
  );
}

export const harness = {
  view,
  volume,
  labels,
  picks,
  open,
  log,
  change(next: Partial<Settings>) {
    settings = { ...settings, ...next };
    revision++;
    for (const listener of listeners) listener();
  },
};

export type Harness = typeof harness;
export type HarnessPeer = Peer;

declare global {
  interface Window {
    harness: Harness;
  }
}

window.harness = harness;
createRoot(document.getElementById("root")!).render(<Page />);
