import { memo, useEffect, useRef, useState } from "react";
import type { ViewerEngine } from "../engine/viewer-engine.ts";
import type { ScenePane } from "../scene/scene-pane.ts";
import type { ImageSource, ViewStore } from "../viewer-contract.ts";
import styles from "../volume-viewer.module.css";
import { PaneButtons } from "./pane-buttons.tsx";

interface ScenePaneViewProps {
  readonly engine: ViewerEngine | null;
  readonly image: ImageSource;
  readonly view: ViewStore;
}

/** The 3D pane. three is loaded after the slices are up, as it is the larger part of the viewer's code. */
export const ScenePaneView = memo(function ScenePaneView({ engine, view }: ScenePaneViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const scene = useRef<ScenePane | null>(null);
  const [sentence, setSentence] = useState("");

  useEffect(() => {
    if (!engine) return;
    let isGone = false;
    void import("../scene/scene-pane.ts").then(
      ({ ScenePane }) => {
        if (isGone || !host.current) return;
        scene.current = ScenePane.open(engine, host.current, setSentence);
      },
      () => setSentence("The 3D view could not be loaded. Check the connection and reload the page."),
    );
    return () => {
      isGone = true;
      scene.current?.dispose();
      scene.current = null;
    };
  }, [engine]);

  return (
    <div ref={host} className={styles.pane} data-pane="3d" data-testid="pane-3d">
      {sentence && <div className={styles.sentence}>{sentence}</div>}
      <div className={styles.head}>
        <span className={styles.title}>3D</span>
      </div>
      <PaneButtons pane="3d" view={view} onFit={() => scene.current?.fit()} />
    </div>
  );
});
