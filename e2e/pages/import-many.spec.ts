import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { writePlainTiff } from "../../server/ingest/testing/plain-tiff.ts";
import { makeFirstAccount } from "../server/first-person.ts";
import { type RunningProduct, startProduct } from "../server/running-server.ts";

/** A folder as StarDist wants it, with masks, and what else lies in such folders. */
const SHAPE = [12, 60, 90] as const;
const voxels = SHAPE[0] * SHAPE[1] * SHAPE[2];

function writeFolder(root: string): void {
  const mask = new Uint8Array(voxels);
  const image = new Uint16Array(voxels);
  for (let i = 0; i < voxels; i++) {
    const [z, y, x] = [Math.floor(i / 5400), Math.floor(i / 90) % 60, i % 90];
    const inside = [20, 45, 70].some((cx) => Math.hypot((z - 6) * 3, y - 30, x - cx) <= 10);
    mask[i] = inside ? 255 : 0;
    image[i] = (inside ? 900 : 120) + ((i * 7919) % 61);
  }
  for (const folder of ["images", "masks"]) mkdirSync(path.join(root, folder), { recursive: true });
  for (const name of ["Emb01_t1.tif", "Emb02_t1.tif"]) {
    writeFileSync(path.join(root, "images", name), writePlainTiff(image, SHAPE));
    writeFileSync(path.join(root, "masks", name), writePlainTiff(mask, SHAPE));
  }
  writeFileSync(path.join(root, "images", "._Emb01_t1.tif"), "Mac OS X");
  writeFileSync(path.join(root, "images", "Emb01_t1_seg.npy"), "\x93NUMPY");
}

let product: RunningProduct;
let folder: string;
test.beforeAll(async () => {
  product = await startProduct();
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-import-many-"));
});
test.afterAll(async () => {
  await product?.stop();
  await rm(folder, { recursive: true, force: true });
});

test("a folder of images and masks: pairs to confirm, what is left out and why, one table, a mask that is asked about", async ({
  page,
}, info) => {
  test.setTimeout(240_000);
  const root = path.join(folder, "stardist");
  writeFolder(root);
  await makeFirstAccount(page, product);
  await page.getByRole("button", { name: "New project" }).click();
  await page.getByLabel("Name").fill("Embryos");
  await page.getByRole("button", { name: "Make the project" }).click();
  await page.getByRole("link", { name: "Import volumes" }).first().click();
  await page.getByLabel("Folder to import").setInputFiles(root);

  const alert = page.getByRole("alert").filter({ hasText: "Recognised from names and folders" });
  await expect(alert).toContainText("folders of images and of masks");
  await expect(alert).toContainText("Emb01_t1_seg.npy: Cellpose's own file");
  await expect(alert).toContainText("._Emb01_t1.tif: written by macOS");

  const table = page.getByRole("region", { name: "All volumes" });
  // Four files are looked into two at a time, each in a process of its own.
  const looked = { timeout: 60_000 };
  await expect(table.getByRole("row", { name: /Emb01_t1/ })).toContainText("labels Emb01_t1.tif", looked);
  await expect(table.getByRole("img", { name: "Cut of Emb02_t1.tif" })).toBeVisible(looked);
  await expect(table.getByRole("button", { name: /^Import 0/ })).toBeDisabled();
  await table.getByLabel("Or by pattern in the name").fill("^(Emb[0-9]+)");
  await table.getByRole("button", { name: "Fill in specimens" }).click();
  for (const [axis, um] of Object.entries({ z: "3", y: "1", x: "1" }))
    await table.getByLabel(`Voxel size ${axis} of all selected, µm`).fill(um);
  await table.getByRole("button", { name: "Fill in sizes" }).click();
  await expect(table.getByRole("row", { name: /Emb02_t1/ })).toContainText("what the parts of the labels are");
  await info.attach("table", { body: await page.screenshot({ fullPage: true }), contentType: "image/png" });
  await page.setViewportSize({ width: 1920, height: 1080 });
  await info.attach("table, wide", { body: await page.screenshot({ fullPage: true }), contentType: "image/png" });
  await page.setViewportSize({ width: 1280, height: 720 });

  const answers = page.getByRole("radio", { name: "3 nuclei, one per connected part" });
  await expect(answers).toHaveCount(2, looked);
  for (const answer of await answers.all()) await answer.check();
  await table.getByRole("button", { name: "Import 2 volumes" }).click();
  const first = page.getByRole("article", { name: "Emb01_t1" });
  await expect(first).toContainText("3 accepted nuclei came with it. Each connected part of the mask is one.", {
    timeout: 60_000,
  });
  await expect(page.getByRole("article", { name: "Emb02_t1" })).toContainText("3 accepted nuclei", { timeout: 60_000 });
  await first.getByText("From Emb01_t1.tif and Emb01_t1.tif").click();
  await expect(first.getByText(/^SHA-256 [0-9a-f]{64}$/).first()).toBeVisible();
  await info.attach("imported", { body: await page.screenshot({ fullPage: true }), contentType: "image/png" });
});
