import { useSyncExternalStore } from "react";
import { formatLengthUm, scaleBarLength } from "../geometry/scale-bar-length.ts";
import type { ViewStore } from "../viewer-contract.ts";
import styles from "../volume-viewer.module.css";

const MAX_PX = 120;

/** A round number of µm at the zoom of the slice panes. */
export function ScaleBar({ view }: { view: ViewStore }) {
  const zoom = useSyncExternalStore(
    view.subscribe,
    () => view.get().zoom,
    () => 1,
  );
  const { lengthUm, widthPx } = scaleBarLength(zoom, MAX_PX);
  return (
    <div className={styles.scaleBar} style={{ width: widthPx }}>
      {formatLengthUm(lengthUm)}
      <div className={styles.scaleBarLine} />
    </div>
  );
}
