import type { LabelValue } from "../../../core/edit/label-document.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";

/** A place of a volume as the end of its editor's address: `#at=12,40.5,60&nucleus=7&comment=…&zoom=4.2&centre=…`. */
export interface LinkedView {
  /** Where the crosshair is. */
  readonly placeZyx: Zyx;
  readonly label: LabelValue | null;
  readonly threadId: string | null;
  /** CSS pixels per micrometre; null: as near as a nucleus is looked at. */
  readonly zoom?: number | null;
  /** Middle of the panes, voxels; it may lie beside the volume. */
  readonly centreZyx?: Zyx | null;
}

const pointText = (zyx: Zyx): string => zyx.map((v) => Math.round(v * 10) / 10).join(",");

export function hashOfView({ placeZyx, label, threadId, zoom, centreZyx }: LinkedView): string {
  return [
    `#at=${pointText(placeZyx)}`,
    ...(label === null ? [] : [`nucleus=${label}`]),
    ...(threadId === null ? [] : [`comment=${threadId}`]),
    ...(zoom ? [`zoom=${Number(zoom.toPrecision(4))}`] : []),
    ...(centreZyx ? [`centre=${pointText(centreZyx)}`] : []),
  ].join("&");
}

/** Null for what is no such place: an address may be cut, or typed. */
export function viewOfHash(hash: string, shapeZyx: Zyx): LinkedView | null {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  const placeZyx = pointOf(query.get("at"));
  if (!placeZyx?.every((at, axis) => at >= 0 && at < shapeZyx[axis])) return null;
  const label = Number(query.get("nucleus"));
  const threadId = query.get("comment");
  const zoom = Number(query.get("zoom"));
  return {
    placeZyx,
    label: Number.isSafeInteger(label) && label > 0 ? label : null,
    threadId: threadId !== null && /^[0-9a-f-]{36}$/.test(threadId) ? threadId : null,
    zoom: Number.isFinite(zoom) && zoom > 0 ? zoom : null,
    centreZyx: pointOf(query.get("centre")),
  };
}

function pointOf(text: string | null): Zyx | null {
  if (!text) return null;
  const parts = text.split(",").map(Number);
  return parts.length === 3 && parts.every(Number.isFinite) ? (parts as unknown as Zyx) : null;
}
