import { memo, useEffect, useRef, useSyncExternalStore } from "react";
import type { ViewerEngine } from "../engine/viewer-engine.ts";
import { axisLetter, paneAxes } from "../geometry/pane-axes.ts";
import { HoverReadout } from "../panels/hover-readout.tsx";
import { PaneButtons } from "../panels/pane-buttons.tsx";
import { ScaleBar } from "../panels/scale-bar.tsx";
import type { ImageSource, SlicePlane, ViewStore } from "../viewer-contract.ts";
import styles from "../volume-viewer.module.css";
import { SlicePane } from "./slice-pane.ts";

interface SlicePaneViewProps {
  readonly plane: SlicePlane;
  readonly engine: ViewerEngine | null;
  readonly image: ImageSource;
  readonly view: ViewStore;
}

export const SlicePaneView = memo(function SlicePaneView({ plane, engine, image, view }: SlicePaneViewProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!engine || !host.current) return;
    const pane = new SlicePane(engine, plane, host.current);
    return () => pane.dispose();
  }, [engine, plane]);

  return (
    <div ref={host} className={styles.pane} data-pane={plane} data-testid={`pane-${plane}`}>
      <SliceNumber plane={plane} image={image} view={view} />
      <PaneButtons pane={plane} view={view} />
      {engine && <HoverReadout engine={engine} pane={plane} />}
      <ScaleBar view={view} />
    </div>
  );
});

/** "XY  z 24 / 48  23.5 µm": people count slices from 1. */
function SliceNumber({ plane, image, view }: { plane: SlicePlane; image: ImageSource; view: ViewStore }) {
  const { w } = paneAxes(plane);
  const slice = useSyncExternalStore(
    view.subscribe,
    () => Math.floor(view.get().crosshairZyx[w]),
    () => 0,
  );
  return (
    <div className={styles.head}>
      <span className={styles.title}>{plane.toUpperCase()}</span>
      <span data-testid={`slice-${plane}`}>
        {axisLetter(w)} {slice + 1} / {image.shapeZyx[w]}
      </span>
      <span className={styles.dim}>{((slice + 0.5) * image.voxelSizeZyx[w]).toFixed(1)} µm</span>
    </div>
  );
}
