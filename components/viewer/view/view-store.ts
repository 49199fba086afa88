import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { paneAxes, slicePlanes } from "../geometry/pane-axes.ts";
import { clampToVolume } from "../geometry/pane-geometry.ts";
import { firstChannelState, withChannels } from "../image-channels.ts";
import type { ImageSource, SlicePlane, ViewState, ViewStore } from "../viewer-contract.ts";

/** Share of a pane that a fitted volume or nucleus takes. */
const FIT_SHARE = 0.96;
const FLY_SHARE = 0.35;
/** CSS pixels per voxel at most. */
const MAX_PX_PER_VOXEL = 96;

/** `kept`: how this person left the channels of this volume. */
export function createViewStore(image: ImageSource, kept: Partial<ViewState> = {}): ViewStore {
  const { shapeZyx, voxelSizeZyx } = image;
  const sizeUmZyx = shapeZyx.map((n, axis) => n * voxelSizeZyx[axis]) as unknown as Zyx;
  const middleUmZyx: Zyx = [sizeUmZyx[0] / 2, sizeUmZyx[1] / 2, sizeUmZyx[2] / 2];
  const paneSizes = new Map<SlicePlane, { widthPx: number; heightPx: number }>();
  const listeners = new Set<() => void>();
  /** Until somebody zooms or pans, a new pane size fits the volume again. */
  let isFitted = true;
  /** Of a flight that began before the panes had a size: what it shows is sized with them. */
  let waitingRadiusUm: number | null = null;

  let state: ViewState = {
    crosshairZyx: [shapeZyx[0] / 2, shapeZyx[1] / 2, shapeZyx[2] / 2],
    zoom: 400 / Math.max(...sizeUmZyx),
    centerUmZyx: middleUmZyx,
    flight: null,
    maximisedPane: null,
    ...firstChannelState(image),
    volumeRendering: "mip",
    scene: {
      clip: null,
      slab: { isOn: false, plane: "xy", thicknessUm: Number((Math.max(...sizeUmZyx) / 8).toPrecision(1)) },
      showsSlices: false,
      isIsolated: false,
    },
    projection: { isOn: false, thicknessUm: Number((5 * voxelSizeZyx[0]).toPrecision(3)) },
    miniMap: true,
    selectedLabel: 0,
    selectedProposal: 0,
  };

  if (kept.channels?.length === state.channels.length) state = withChannels(state, { ...state, ...kept }, kept);

  const replace = (next: ViewState): void => {
    state = next;
    for (const listener of [...listeners]) listener();
  };

  /** The panes of the four-pane layout share one zoom: a maximised pane is fitted by itself. */
  const fittedZoom = (): number => {
    const planes = slicePlanes.filter((plane) => paneSizes.has(plane) && (state.maximisedPane ?? plane) === plane);
    const zooms = planes.map((plane) => {
      const { u, v } = paneAxes(plane);
      const { widthPx, heightPx } = paneSizes.get(plane)!;
      return FIT_SHARE * Math.min(widthPx / sizeUmZyx[u], heightPx / sizeUmZyx[v]);
    });
    return zooms.length > 0 ? Math.min(...zooms) : state.zoom;
  };

  const clampZoom = (zoom: number): number => {
    const largest = MAX_PX_PER_VOXEL / Math.min(...voxelSizeZyx);
    return Math.min(Math.max(zoom, fittedZoom() / 8), Math.max(largest, fittedZoom()));
  };

  /** A nucleus with its neighbours; of what is wider than the volume, all of it. */
  const flownZoom = (radiusUm: number): number => {
    const smallestPanePx = Math.min(400, ...[...paneSizes.values()].flatMap((s) => [s.widthPx, s.heightPx]));
    const zoom = (FLY_SHARE * smallestPanePx) / radiusUm;
    return clampZoom(paneSizes.size > 0 ? Math.max(zoom, fittedZoom()) : zoom);
  };

  return {
    get: () => state,
    set(change) {
      if (change.zoom !== undefined || change.centerUmZyx !== undefined) {
        isFitted = false;
        waitingRadiusUm = null;
      }
      const next = withChannels(state, { ...state, ...change }, change);
      replace({
        ...next,
        crosshairZyx: clampToVolume(shapeZyx, next.crosshairZyx),
        zoom: change.zoom === undefined ? next.zoom : clampZoom(next.zoom),
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    flyTo(voxelZyx, radiusUm) {
      isFitted = false;
      waitingRadiusUm = radiusUm && paneSizes.size < slicePlanes.length ? radiusUm : null;
      replace({
        ...state,
        crosshairZyx: clampToVolume(shapeZyx, voxelZyx),
        flight: radiusUm ? { atZyx: voxelZyx, radiusUm } : state.flight,
        centerUmZyx: voxelZyx.map((v, axis) => v * voxelSizeZyx[axis]) as unknown as Zyx,
        zoom: radiusUm ? flownZoom(radiusUm) : state.zoom,
      });
    },
    fit() {
      isFitted = true;
      waitingRadiusUm = null;
      replace({ ...state, centerUmZyx: middleUmZyx, zoom: fittedZoom() });
    },
    setPaneSize(plane, widthPx, heightPx) {
      const known = paneSizes.get(plane);
      if (widthPx <= 0 || heightPx <= 0 || (known?.widthPx === widthPx && known.heightPx === heightPx)) return;
      paneSizes.set(plane, { widthPx, heightPx });
      if (isFitted) replace({ ...state, zoom: fittedZoom() });
      else if (waitingRadiusUm !== null) replace({ ...state, zoom: flownZoom(waitingRadiusUm) });
    },
  };
}
