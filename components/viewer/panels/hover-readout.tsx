import { useEffect, useRef } from "react";
import { brickKeyAt, indexInBrick } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { ViewerEngine } from "../engine/viewer-engine.ts";
import { isInside } from "../geometry/pane-geometry.ts";
import { channelsOf } from "../image-channels.ts";
import type { PaneId, PointerSample } from "../viewer-contract.ts";
import styles from "../volume-viewer.module.css";

/** Lines break between the parts only. */
const NO_BREAK = "\u00a0";

/** What lies under the pointer. Written straight into the page: React does not run while the pointer moves. */
export function HoverReadout({ engine, pane }: { engine: ViewerEngine; pane: PaneId }) {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const write = () => {
      const sample = engine.hover.get();
      if (line.current) line.current.textContent = sample?.pane === pane ? readoutText(engine, sample) : "";
    };
    return engine.hover.subscribe(() => engine.frames.request(write));
  }, [engine, pane]);
  return <div ref={line} className={styles.readout} data-testid={`readout-${pane}`} />;
}

function readoutText(engine: ViewerEngine, { voxelZyx, label, proposal }: PointerSample): string {
  const { image } = engine;
  if (!isInside(image, voxelZyx)) return "";
  const [z, y, x] = voxelZyx.map(Math.floor);
  const um = voxelZyx.map((v, axis) => (v * image.voxelSizeZyx[axis]).toFixed(1));
  const parts = [`x ${x + 1}  y ${y + 1}  z ${z + 1}`, `${um[2]}, ${um[1]}, ${um[0]} µm`];
  const intensity = intensityAt(engine, [z, y, x]);
  const what = channelsOf(image)[engine.view.get().channel].name || "intensity";
  parts.push(intensity === null ? "loading…" : `${what} ${Number(intensity.toPrecision(6))}`);
  if (label) parts.push(engine.layers.nameOf("labels", label) ?? `nucleus ${label}`);
  if (proposal) parts.push(`proposal ${proposal}`);
  return parts.map((part) => part.replaceAll(" ", NO_BREAK)).join("   ");
}

/** The stored value of the channel that is looked at, at full resolution; null while that brick is not here. */
function intensityAt(engine: ViewerEngine, [z, y, x]: Zyx): number | null {
  const { channel } = engine.view.get();
  const voxels = engine.bricks.read(engine.image.levels[0].scaleLevel, brickKeyAt(z, y, x), channel);
  if (voxels === undefined) return null;
  return voxels === null ? 0 : voxels[indexInBrick(z, y, x)];
}
