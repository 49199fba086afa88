import path from "node:path";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { EditorPage } from "../pages/editor-page.ts";
import { makeFirstAccount } from "../server/first-person.ts";
import { joinProject } from "../server/join-project.ts";
import { type RunningProduct, startProduct } from "../server/running-server.ts";
import { writeSampleFiles } from "./sample-files.ts";
import { takePicture } from "./take-picture.ts";

/**
 * The walk of the guides on the product's own synthetic samples, by real clicks: one sample with a third of its nuclei
 * labelled, one with all, two people, a training, a question, an export.
 */
const TRAINING_BOUND_MS = 600_000;

test.describe.configure({ mode: "serial" });

let product: RunningProduct;
let browser: Browser;
let ada: Page;
let editor: EditorPage;
let projectUrl: string;
const volumeUrls: string[] = [];

test.beforeAll(async ({ browser: started }) => {
  browser = started;
  product = await startProduct({ trainer: "local" });
  ada = await (await browser.newContext()).newPage();
  editor = new EditorPage(ada);
  await makeFirstAccount(ada, product);
});
test.afterAll(() => product?.stop());

async function openVolume(name: string): Promise<void> {
  await ada.goto(projectUrl);
  await ada.getByRole("link", { name }).first().click({ timeout: 60_000 });
  await ada.waitForURL("**/volumes/*");
  await editor.isReady();
  // Images and surfaces come from the server and from workers.
  await ada.waitForLoadState("networkidle");
}

test("import: a pair of files, and what is asked", async () => {
  await ada.getByRole("button", { name: "Try it with a sample" }).first().click();
  await ada.waitForURL(/projects\/[0-9a-f-]{36}/);
  projectUrl = ada.url();
  const files = await writeSampleFiles(test.info().outputPath("files"));
  await ada.goto(`${projectUrl}/import`);
  await ada.getByLabel("Volumes to import").setInputFiles([files.image, files.labels]);
  await expect(ada.getByText("organoid-7_labels.tif goes along as labels.")).toBeVisible();
  const form = ada.locator("form");
  await form.getByRole("combobox", { name: "Specimen" }).fill("organoid 7");
  await ada.keyboard.press("Tab");
  await ada.getByText("organoid-7_image.tif", { exact: true }).evaluate((card) => {
    window.scrollTo({ top: card.getBoundingClientRect().top + window.scrollY - 80, behavior: "instant" });
  });
  await takePicture(ada, "import");
  await form.getByLabel("y, µm").fill("0.4");
  await form.getByLabel("x, µm", { exact: true }).fill("0.4");
  await form.getByLabel("Every nucleus of the volume is labelled").check();
  await form.getByRole("button", { name: "Import", exact: true }).click();
  await expect(ada.getByRole("link", { name: "organoid-7" })).toBeVisible({ timeout: 60_000 });
});

test("editor: two people paint", async () => {
  const projectId = path.basename(projectUrl);
  const grace = await joinProject(browser, ada, {
    address: product.address,
    projectId,
    name: "Grace Hopper",
    role: "annotator",
  });
  await openVolume("Sample 1");
  await ada.screenshot({ path: "/tmp/shots/explore.png" });
});
