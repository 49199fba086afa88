import type { Peer, Presence } from "../../edit/label-document.ts";
import type { Zyx } from "../../volume/voxel-space.ts";

/** Reads what another browser says of its person. Nothing of it is trusted; what is malformed counts as absent. */

export const MAX_PRESENCE_BYTES = 8 * 1024;
const MAX_STROKE_POINTS = 400;
const MAX_TEXT = 120;
const PANES = ["xy", "xz", "yz", "3d"] as const;

const text = (value: unknown): string | null =>
  typeof value === "string" && value.length > 0 ? value.slice(0, MAX_TEXT) : null;

const number = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);

function point(value: unknown): Zyx | null {
  if (!Array.isArray(value) || value.length !== 3) return null;
  const [z, y, x] = value.map(number);
  return z === null || y === null || x === null ? null : [z, y, x];
}

function stroke(value: unknown): Presence["stroke"] {
  if (typeof value !== "object" || value === null) return null;
  const { pathZyx, radiusUm, label } = value as Record<string, unknown>;
  if (!Array.isArray(pathZyx)) return null;
  const path = pathZyx.slice(0, MAX_STROKE_POINTS).map(point);
  const radius = number(radiusUm);
  const labelValue = number(label);
  if (radius === null || labelValue === null || path.some((p) => p === null)) return null;
  return { pathZyx: path.filter((p) => p !== null), radiusUm: radius, label: labelValue };
}

// A CSS colour as we write it; anything else could carry markup into a style.
const COLOR = /^#[0-9a-f]{6}$/i;

export function parsePresence(state: unknown): Presence | null {
  if (typeof state !== "object" || state === null) return null;
  const given = state as Record<string, unknown>;
  const userId = text(given.userId);
  const name = text(given.name);
  if (!userId || !name) return null;
  return {
    userId,
    name,
    color: typeof given.color === "string" && COLOR.test(given.color) ? given.color : "#888888",
    cursorZyx: point(given.cursorZyx),
    crosshairZyx: point(given.crosshairZyx),
    pane: PANES.find((pane) => pane === given.pane) ?? null,
    zoom: number(given.zoom),
    selectedLabel: number(given.selectedLabel) ?? 0,
    tool: text(given.tool),
    stroke: stroke(given.stroke),
  };
}

export function peersOf(states: ReadonlyMap<number, unknown>, ownClientId: number): Peer[] {
  const peers: Peer[] = [];
  for (const [clientId, state] of states) {
    const presence = clientId === ownClientId ? null : parsePresence(state);
    if (presence) peers.push({ ...presence, clientId });
  }
  return peers.sort((a, b) => a.clientId - b.clientId);
}

export const emptyPresence: Presence = {
  userId: "",
  name: "",
  color: "#888888",
  cursorZyx: null,
  crosshairZyx: null,
  pane: null,
  zoom: null,
  selectedLabel: 0,
  tool: null,
  stroke: null,
};
