import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { writePlainTiff } from "../../server/ingest/testing/plain-tiff.ts";
import { makeFirstAccount } from "../server/first-person.ts";
import { type RunningProduct, startProduct } from "../server/running-server.ts";
import { EditorPage } from "./editor-page.ts";

/** Files into a project by hand: several at once, one that is none, labels that come later under an open editor. */
const SHAPE = [20, 96, 120] as const;
const CENTRES = [
  [10, 48, 60],
  [10, 30, 25],
  [10, 66, 95],
] as const;

/** Three bright balls of radius 10 voxels in plane, and their labels. */
function writeEmbryo(folder: string): { image: string; labels: string } {
  const [depth, height, width] = SHAPE;
  const image = new Uint16Array(depth * height * width);
  const labels = new Uint16Array(image.length);
  for (let i = 0; i < image.length; i++) {
    const [z, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    const ball = CENTRES.findIndex(([cz, cy, cx]) => Math.hypot((z - cz) * 2, y - cy, x - cx) <= 10);
    image[i] = (ball < 0 ? 100 : 900) + ((i * 7919) % 61);
    labels[i] = ball + 1;
  }
  const paths = { image: path.join(folder, "embryo_image.tif"), labels: path.join(folder, "embryo_labels.tif") };
  writeFileSync(paths.image, writePlainTiff(image, SHAPE));
  writeFileSync(paths.labels, writePlainTiff(labels, SHAPE));
  return paths;
}

let product: RunningProduct;
let folder: string;
test.beforeAll(async () => {
  product = await startProduct();
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-import-"));
});
test.afterAll(async () => {
  await product?.stop();
  await rm(folder, { recursive: true, force: true });
});

const cardOf = (page: Page, fileName: string) => page.locator("div.mantine-Paper-root").filter({ hasText: fileName });
const choose = (page: Page, ...files: string[]) => page.locator("input[type=file]").first().setInputFiles(files);

test("a file that is no volume is refused in words, one without a voxel size asks for it, labels may come later", async ({
  page,
}) => {
  const { image, labels } = writeEmbryo(folder);
  const text = path.join(folder, "notes.tif");
  writeFileSync(text, "these are my notes of Monday");
  await makeFirstAccount(page, product);
  await page.getByRole("button", { name: "New project" }).click();
  await page.getByLabel("Name").fill("Embryos");
  await page.getByRole("button", { name: "Make the project" }).click();
  await page.getByRole("link", { name: "Import volumes" }).first().click();

  await choose(page, image, text);
  await expect(cardOf(page, "notes.tif")).toContainText("This is a text file, not an image");
  const form = cardOf(page, "embryo_image.tif");
  await expect(form.getByLabel("Specimen")).toBeVisible();
  await expect(form.getByRole("status")).toContainText("the voxel size");
  await expect(form.getByRole("button", { name: "Import", exact: true })).toBeDisabled();
  await form.getByLabel("Specimen").fill("embryo 1");
  await form.getByLabel("Voxel size z (slice distance), µm").fill("2");
  await form.getByLabel("y, µm").fill("1");
  await form.getByLabel("x, µm").fill("1");
  await form.getByRole("button", { name: "Import", exact: true }).click();
  const imported = page.getByRole("article", { name: "embryo" });
  await expect(imported.getByRole("link", { name: "embryo" })).toBeVisible();

  await imported.getByRole("button", { name: "Rename embryo" }).click();
  await imported.getByRole("textbox", { name: "Name" }).fill("embryo one");
  await imported.getByRole("button", { name: "Save" }).click();
  const renamed = page.getByRole("article", { name: "embryo one" });
  await expect(renamed.getByRole("link", { name: "embryo one" })).toBeVisible();

  const editor = new EditorPage(await page.context().newPage());
  await editor.open(new URL((await renamed.getByRole("link").getAttribute("href")) ?? "", product.address).href);
  expect(await editor.areColoured([[0, 0]])).toEqual([false]);

  await choose(page, labels);
  const added = cardOf(page, "embryo_labels.tif");
  await added.getByRole("combobox", { name: "Belongs to the volume" }).click();
  await page.getByRole("option", { name: /^embryo one/ }).click();
  await added.getByRole("button", { name: "Add labels" }).click();
  await expect(renamed).toContainText("3 accepted nuclei");
  // The editor that was open before shows them by itself, and can paint.
  await expect(editor.rows).toHaveCount(3);
  await expect.poll(() => editor.areColoured([[0, 0]])).toEqual([true]);
  await editor.isReady();
  await editor.paintNucleus("xy", [
    [60, -110],
    [90, -110],
  ]);
  await expect(editor.rows).toHaveCount(4);
  await editor.saved();
});
