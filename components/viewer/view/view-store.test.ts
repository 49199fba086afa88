import { describe, expect, it } from "vitest";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { drawnChannels, neighbourChannels } from "../image-channels.ts";
import { channelSentence } from "../panels/channel-words.ts";
import type { ImageSource } from "../viewer-contract.ts";
import { createViewStore } from "./view-store.ts";

const shapeZyx: Zyx = [48, 200, 300];
const image: ImageSource = {
  volumeId: "v",
  pixelType: "uint16",
  shapeZyx,
  voxelSizeZyx: [1, 0.25, 0.2],
  levels: [],
  chunkUrl: () => "",
  contrast: [100, 900],
  histogram: [],
  histogramRange: [0, 1000],
};

describe("a flight", () => {
  const sizes = [
    ["xy", 440, 320],
    ["yz", 440, 310],
    ["xz", 430, 320],
  ] as const;
  const opened = (sized: number) => {
    const view = createViewStore(image);
    for (const [plane, widthPx, heightPx] of sizes.slice(0, sized)) view.setPaneSize(plane, widthPx, heightPx);
    return view;
  };

  it.each([0, 1, 2, 3])("shows the same whether it began before the panes had a size or after, %d of them", (known) => {
    for (const radiusUm of [4, 12, 500]) {
      const view = opened(known);
      view.flyTo([20, 90, 140], radiusUm);
      for (const [plane, widthPx, heightPx] of sizes) view.setPaneSize(plane, widthPx, heightPx);
      const other = opened(3);
      other.flyTo([20, 90, 140], radiusUm);
      expect(view.get()).toMatchObject({ zoom: other.get().zoom, centerUmZyx: [20, 22.5, 28] });
    }
  });

  it("to what is wider than the volume shows all of it, and nothing smaller", () => {
    const fitted = opened(3);
    fitted.fit();
    const view = opened(3);
    view.flyTo([24, 100, 150], 500);
    expect(view.get().zoom).toBe(fitted.get().zoom);
    view.flyTo([24, 100, 150], 4);
    expect(view.get().zoom).toBeGreaterThan(fitted.get().zoom);
  });

  it("is over once somebody zooms", () => {
    const view = opened(1);
    view.flyTo([20, 90, 140], 12);
    view.set({ zoom: 9 });
    for (const [plane, widthPx, heightPx] of sizes) view.setPaneSize(plane, widthPx, heightPx);
    expect(view.get().zoom).toBe(9);
  });
});

describe("channels", () => {
  const channel = (name: string, high: number) => ({
    ...image,
    name,
    rgb: [9, 9, 9] as const,
    contrast: [0, high] as const,
  });
  const several: ImageSource = {
    ...image,
    contrast: [0, 200],
    channels: [channel("DAPI", 100), channel("GFP", 200), ...["c", "d", "e"].map((name) => channel(name, 300))],
    labelledChannel: 1,
  };

  it("opens on the labelled one, and keeps view, slice and the contrast of each when another is looked at", () => {
    const view = createViewStore(several);
    expect(view.get()).toMatchObject({ channel: 1, contrast: [0, 200], together: false });
    view.set({ contrast: [5, 50], gamma: 2, crosshairZyx: [3.5, 20, 30], zoom: 7 });
    const { crosshairZyx, zoom, centerUmZyx } = view.get();
    view.set({ channel: 0 });
    expect(view.get()).toMatchObject({ channel: 0, contrast: [0, 100], gamma: 1, crosshairZyx, zoom, centerUmZyx });
    view.set({ contrast: [1, 2] });
    view.set({ channel: 1 });
    expect(view.get()).toMatchObject({ contrast: [5, 50], gamma: 2 });
    view.set({ channel: 77 });
    expect(view.get().channel).toBe(1);
    expect(createViewStore(several, view.get()).get()).toMatchObject({
      contrast: [5, 50],
      channels: view.get().channels,
    });
  });

  it("draws four together at most, the one looked at among them", () => {
    const view = createViewStore(several);
    view.set({ together: true });
    expect(drawnChannels(view.get())).toEqual([0, 1, 2, 3]);
    view.set({ channel: 4 });
    expect(drawnChannels(view.get())).toEqual([0, 2, 3, 4]);
    view.set({ channels: view.get().channels.map((one) => ({ ...one, overlaid: false })) });
    expect(drawnChannels(view.get())).toEqual([4]);
    view.set({ together: false });
    expect(drawnChannels(view.get())).toEqual([4]);
    expect(neighbourChannels(view.get())).toEqual([0, 3]);
  });

  it("says which one is labelled and which are looked at", () => {
    const view = createViewStore(several);
    expect(channelSentence(several, view.get())).toBe("Labels are drawn on GFP, which you look at.");
    view.set({ channel: 0 });
    expect(channelSentence(several, view.get())).toBe("Labels are drawn on GFP; you look at DAPI.");
    view.set({ together: true });
    expect(channelSentence(several, view.get())).toBe("Labels are drawn on GFP; you look at DAPI + GFP + c + d.");
    expect(channelSentence(image, createViewStore(image).get())).toBeNull();
  });
});

describe("the view store", () => {
  it("fits the volume into every pane as panes get their size, until somebody zooms", () => {
    const view = createViewStore(image);
    view.setPaneSize("xy", 600, 300);
    view.setPaneSize("xz", 600, 300);
    view.setPaneSize("yz", 500, 300);
    const { zoom } = view.get(); // the volume is 48 × 50 × 60 µm
    expect(zoom * 50).toBeLessThanOrEqual(300);
    expect(zoom * 50).toBeGreaterThan(270);
    view.set({ zoom: 11 });
    view.setPaneSize("xy", 900, 700);
    expect(view.get().zoom).toBe(11);
    view.fit();
    expect(view.get().zoom).toBe(zoom); // the smaller panes still decide
    view.set({ maximisedPane: "xy" });
    view.fit();
    expect(view.get().zoom * 50).toBeGreaterThan(600);
  });

  it("keeps the crosshair inside the volume and the zoom within reason", () => {
    const view = createViewStore(image);
    view.set({ crosshairZyx: [-3, 1000, 17.25] });
    expect(view.get().crosshairZyx.map(Math.floor)).toEqual([0, 199, 17]);
    view.set({ zoom: 1e9 });
    expect(view.get().zoom * 0.2).toBeCloseTo(96);
    view.set({ zoom: 0 });
    expect(view.get().zoom).toBeGreaterThan(0);
  });

  it("flies to a voxel: crosshair there, centred in µm, radius in sight", () => {
    const view = createViewStore(image);
    view.setPaneSize("xy", 400, 400);
    view.flyTo([10.5, 80, 200], 4);
    const { crosshairZyx, centerUmZyx, zoom } = view.get();
    expect(crosshairZyx).toEqual([10.5, 80, 200]);
    expect(centerUmZyx).toEqual([10.5, 20, 40]);
    expect(zoom * 8).toBeLessThan(400);
    expect(zoom * 8).toBeGreaterThan(200);
    const { flight } = view.get();
    expect(flight).toEqual({ atZyx: [10.5, 80, 200], radiusUm: 4 });
    view.flyTo([1, 2, 3]);
    expect([view.get().zoom, view.get().flight]).toEqual([zoom, flight]);
  });

  it("tells its listeners, until they leave", () => {
    const view = createViewStore(image);
    let told = 0;
    const leave = view.subscribe(() => told++);
    view.set({ gamma: 2 });
    leave();
    view.set({ gamma: 1 });
    expect(told).toBe(1);
  });
});
