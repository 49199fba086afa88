import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { writePlainTiff } from "../../server/ingest/testing/plain-tiff.ts";
import { makeFirstAccount } from "../server/first-person.ts";
import { type RunningProduct, startProduct } from "../server/running-server.ts";
import { EditorPage } from "./editor-page.ts";

/** A file of three channels into a project by hand; in the editor one after the other is looked at, and all together. */
const NAMES = ["DAPI", "GFP", "Membrane"] as const;
const [SIZE_Z, SIZE_Y, SIZE_X] = [20, 96, 120] as const;

/** Each channel is bright in a third of every row, from left to right, and dark elsewhere. */
function writeStains(folder: string): string {
  const pixels = new Uint16Array(NAMES.length * SIZE_Z * SIZE_Y * SIZE_X);
  for (let i = 0; i < pixels.length; i++) {
    const x = i % SIZE_X;
    const channel = Math.floor(i / (SIZE_Z * SIZE_Y * SIZE_X));
    pixels[i] = (Math.floor((3 * x) / SIZE_X) === channel ? 3000 : 100) + ((i * 7919) % 61);
  }
  const said = NAMES.map(
    (name, c) =>
      `<Channel ID="Channel:0:${c}" Name="${name}" SamplesPerPixel="1" Color="${[65535, 16711935, -16776961][c]}"/>`,
  );
  const planes = NAMES.length * SIZE_Z;
  const xml = `<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0" Name="stains"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" SizeX="${SIZE_X}" SizeY="${SIZE_Y}" SizeZ="${SIZE_Z}" SizeC="${NAMES.length}" SizeT="1" PhysicalSizeX="0.5" PhysicalSizeY="0.5" PhysicalSizeZ="1">${said.join("")}<TiffData IFD="0" PlaneCount="${planes}"/></Pixels></Image></OME>`;
  const file = path.join(folder, "stains.ome.tif");
  writeFileSync(file, writePlainTiff(pixels, [planes, SIZE_Y, SIZE_X], xml));
  return file;
}

let product: RunningProduct;
let folder: string;
test.beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-channels-"));
  product = await startProduct();
});
test.afterAll(async () => {
  await product?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Colours of the XY slice in the middle of each third. */
const thirds = (page: Page) =>
  page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('[data-pane="xy"] [data-role="slice"]');
    const context = canvas?.getContext("2d");
    if (!canvas || !context) return [];
    return [1, 3, 5].map((sixth) => {
      const at = context.getImageData(Math.round((canvas.width * sixth) / 6), Math.round(canvas.height / 2) + 9, 1, 1);
      return [...at.data.slice(0, 3)].map((byte) => byte > 128);
    });
  });
const GREY = [true, true, true];
const DARK = [false, false, false];
const onlyThird = (bright: number) => [0, 1, 2].map((third) => (third === bright ? GREY : DARK));

test("the others are kept at the import, and looked at in the editor without anything else changing", async ({
  page,
}) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await makeFirstAccount(page, product);
  await page.getByRole("button", { name: "New project" }).click();
  await page.getByLabel("Name").fill("Stains");
  await page.getByRole("button", { name: "Make the project" }).click();
  await page.getByRole("link", { name: "Import volumes" }).first().click();
  await page.locator("input[type=file]").first().setInputFiles(writeStains(folder));
  await page.getByRole("combobox", { name: "Channel with the nuclei" }).click();
  await page.getByRole("option", { name: "2: GFP" }).click();
  const keep = page.getByRole("checkbox", { name: "Keep the other 2 channels to look at" });
  await expect(keep).toBeChecked();
  await keep.uncheck();
  await expect(page.getByText("2 channels are left out: DAPI, Membrane.")).toBeVisible();
  await keep.check();
  await page.getByRole("combobox", { name: "Specimen" }).fill("embryo 1");
  await page.getByRole("button", { name: "Import", exact: true }).click();
  const imported = page.getByRole("article", { name: "stains" });
  await expect(imported).toContainText("Channels: DAPI, GFP (labelled), Membrane", { timeout: 60_000 });

  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const chunksOf = (folder: string) => asked.filter((url) => url.includes(`${folder}/0/c/`));
  const editor = new EditorPage(page);
  await editor.open(new URL((await imported.getByRole("link").getAttribute("href")) ?? "", product.address).href);
  const bar = page.getByTestId("channel-switch");
  await expect(bar).toContainText("Labels: GFP");
  await expect.poll(() => thirds(page)).toEqual(onlyThird(1));
  // The neighbours come by themselves when nothing else is waited for.
  await expect.poll(() => [0, 2].every((index) => chunksOf(`channels/${index}.ome.zarr`).length > 0)).toBe(true);
  const labelsAsked = asked.filter((url) => url.includes("/bricks/")).length;

  await page.keyboard.press("Shift+Digit1");
  await expect.poll(() => thirds(page)).toEqual(onlyThird(0));
  await expect(bar).toContainText("Labels are drawn on GFP; you look at DAPI.");
  await page.keyboard.press("Shift+W");
  await expect.poll(() => thirds(page)).toEqual(onlyThird(2));
  await page.keyboard.press("w");
  await page.keyboard.press("w");
  await expect.poll(() => thirds(page)).toEqual(onlyThird(1));
  // No chunk of any channel was asked for twice, and labels have nothing to do with it.
  const chunks = asked.filter((url) => url.startsWith("/zarr/"));
  expect(chunksOf("image.ome.zarr").length).toBeGreaterThan(0);
  expect(new Set(chunks).size).toBe(chunks.length);
  expect(asked.filter((url) => url.includes("/bricks/"))).toHaveLength(labelsAsked);

  await page.keyboard.press("y");
  await expect
    .poll(() => thirds(page))
    .toEqual([
      [false, false, true],
      [false, true, false],
      [true, false, false],
    ]);
  await editor.tab("View");
  await page.getByRole("radio", { name: "Membrane" }).click();
  await expect(page.getByText("Contrast of Membrane")).toBeVisible();

  // Left as it was, for this person and this volume.
  await page.reload();
  await editor.isReady();
  await expect(bar).toContainText("you look at DAPI + GFP + Membrane.");
  await editor.tab("View");
  await expect(page.getByRole("radio", { name: "Membrane" })).toBeChecked();
});
