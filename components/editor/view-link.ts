import type { LabelValue } from "../../core/edit/label-document.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";

/** A place of a volume as the end of its editor's address: `#at=12,40.5,60&nucleus=7&comment=…`. */
export interface LinkedView {
  readonly placeZyx: Zyx;
  readonly label: LabelValue | null;
  readonly threadId: string | null;
}

export function hashOfView({ placeZyx, label, threadId }: LinkedView): string {
  const at = placeZyx.map((v) => Math.round(v * 10) / 10).join(",");
  return `#at=${at}${label === null ? "" : `&nucleus=${label}`}${threadId === null ? "" : `&comment=${threadId}`}`;
}

/** Null for what is no such place: an address may be cut, or typed. */
export function viewOfHash(hash: string, shapeZyx: Zyx): LinkedView | null {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  const [z, y, x, ...rest] = (query.get("at") ?? "").split(",").map(Number);
  const isInside = [z, y, x].every((at, axis) => at >= 0 && at < shapeZyx[axis]);
  if (!isInside || rest.length > 0) return null;
  const label = Number(query.get("nucleus"));
  const threadId = query.get("comment");
  return {
    placeZyx: [z, y, x],
    label: Number.isSafeInteger(label) && label > 0 ? label : null,
    threadId: threadId !== null && /^[0-9a-f-]{36}$/.test(threadId) ? threadId : null,
  };
}
