import { memo, useEffect, useRef, useSyncExternalStore } from "react";
import type { ViewerEngine } from "../engine/viewer-engine.ts";
import { paneAxes } from "../geometry/pane-axes.ts";
import { HoverReadout } from "../panels/hover-readout.tsx";
import { PaneButtons } from "../panels/pane-buttons.tsx";
import { ScaleBar } from "../panels/scale-bar.tsx";
import { slabOf } from "../slice/slab.ts";
import type { ImageSource, SlicePlane, ViewStore } from "../viewer-contract.ts";
import styles from "../volume-viewer.module.css";
import { MiniMap } from "./mini-map.ts";
import { SlicePane } from "./slice-pane.ts";
import { sliceInWords } from "./slice-words.ts";

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
      {engine && <MapInCorner engine={engine} plane={plane} />}
    </div>
  );
});

/** Its own handlers draw it, as it follows every pan. */
function MapInCorner({ engine, plane }: { engine: ViewerEngine; plane: SlicePlane }) {
  const button = useRef<HTMLButtonElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!button.current || !canvas.current) return;
    const map = new MiniMap(engine, plane, button.current, canvas.current);
    return () => map.dispose();
  }, [engine, plane]);
  return (
    <button
      ref={button}
      type="button"
      hidden
      className={styles.map}
      data-testid={`map-${plane}`}
      aria-label={`Map of the ${plane.toUpperCase()} slice: a click looks there`}
    >
      <canvas ref={canvas} />
    </button>
  );
}

function SliceNumber({ plane, image, view }: { plane: SlicePlane; image: ImageSource; view: ViewStore }) {
  const { w } = paneAxes(plane);
  const slice = useSyncExternalStore(
    view.subscribe,
    () => Math.floor(view.get().crosshairZyx[w]),
    () => 0,
  );
  const projection = useSyncExternalStore(
    view.subscribe,
    () => view.get().projection,
    () => view.get().projection,
  );
  const [title, place, depth] = sliceInWords(image, plane, slice, slabOf(projection, w, slice, image));
  return (
    <div className={styles.head}>
      <span className={styles.title}>{title}</span>
      <span data-testid={`slice-${plane}`}>{place}</span>
      <span className={styles.dim}>{depth}</span>
    </div>
  );
}
