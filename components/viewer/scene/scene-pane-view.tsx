import { memo, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { ViewerEngine } from "../engine/viewer-engine.ts";
import { PaneButtons } from "../panels/pane-buttons.tsx";
import type { ImageSource, ViewStore } from "../viewer-contract.ts";
import styles from "../volume-viewer.module.css";
import type { ScenePane } from "./scene-pane.ts";

interface ScenePaneViewProps {
  readonly engine: ViewerEngine | null;
  readonly image: ImageSource;
  readonly view: ViewStore;
}

/** The 3D pane. three is loaded when a slice is on the screen, as it is the larger part of the viewer's code. */
export const ScenePaneView = memo(function ScenePaneView({ engine, view }: ScenePaneViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const scene = useRef<ScenePane | null>(null);
  const [sentence, setSentence] = useState("");
  const [isWanted, setIsWanted] = useState(false);
  // Maximised, it is all there is to see: no slice will come first.
  const isAlone = useSyncExternalStore(
    view.subscribe,
    () => view.get().maximisedPane === "3d",
    () => false,
  );
  useEffect(() => {
    if (isAlone) setIsWanted(true);
    else void engine?.pictured.then(() => setIsWanted(true));
  }, [engine, isAlone]);

  useEffect(() => {
    if (!engine || !isWanted) return;
    let isGone = false;
    void import("./scene-pane.ts").then(
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
  }, [engine, isWanted]);

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
