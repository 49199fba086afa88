"use client";

import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { ViewerEngine } from "../engine/viewer-engine.ts";
import { slicePlanes } from "../geometry/pane-axes.ts";
import { SlicePaneView } from "../pane/slice-pane-view.tsx";
import { watchSpaceKey } from "../pane/space-key.ts";
import { LoadingNote } from "../panels/loading-note.tsx";
import { ScenePaneView } from "../scene/scene-pane-view.tsx";
import type { ViewerHandle, VolumeViewerProps } from "../viewer-contract.ts";
import styles from "../volume-viewer.module.css";
import { picturePanes } from "./panes-picture.ts";
import { filmScene } from "./scene-film.ts";

/** Three linked slice panes and a 3D pane over one volume. */
export function VolumeViewer(props: VolumeViewerProps) {
  const { image, view } = props;
  const latest = useRef(props);
  latest.current = props;
  const [engine, setEngine] = useState<ViewerEngine | null>(null);
  const maximised = useSyncExternalStore(
    view.subscribe,
    () => view.get().maximisedPane,
    () => null,
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: another volume or store is another engine; other props go through update
  useEffect(() => {
    const created = new ViewerEngine(latest.current);
    setEngine(created);
    latest.current.onOpen?.(handleOf(created));
    const stopWatching = watchSpaceKey(() => created.hover.get() !== null);
    return () => {
      stopWatching();
      setEngine(null);
      latest.current.onOpen?.(null);
      created.dispose();
    };
  }, [image, view]);

  useLayoutEffect(() => engine?.update(props), [engine, props]);

  return (
    <div className={styles.viewer} data-maximised={maximised ?? undefined}>
      {slicePlanes.map((plane) => (
        <SlicePaneView key={plane} plane={plane} engine={engine} image={image} view={view} />
      ))}
      <ScenePaneView engine={engine} image={image} view={view} />
      {engine && <LoadingNote engine={engine} />}
    </div>
  );
}

const handleOf = (engine: ViewerEngine): ViewerHandle => ({
  picture: (only) => picturePanes(engine, only),
  film: (wishes) => filmScene(engine, wishes),
  turn: (rightRad, upRad) => engine.scene?.turn(rightRad, upRad),
  approach: (factor) => engine.scene?.approach(factor),
});
