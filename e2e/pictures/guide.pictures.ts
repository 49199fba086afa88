import path from "node:path";
import { type Browser, expect, type Locator, type Page, test } from "@playwright/test";
import { EditorPage, type PanePoint } from "../pages/editor-page.ts";
import { makeFirstAccount } from "../server/first-person.ts";
import { joinProject } from "../server/join-project.ts";
import { type RunningProduct, startProduct } from "../server/running-server.ts";
import { writeSampleFiles } from "./sample-files.ts";
import { takePicture } from "./take-picture.ts";

/**
 * The walk of the guides by real clicks, on synthetic volumes: the sample with a third of its nuclei labelled and two
 * people in it; then two files, one labelled and one not, a training, a question, an export.
 */
const TRAINING_BOUND_MS = 480_000;
const ALL_LABELLED = "organoid-7";
const NOTHING_LABELLED = "organoid-8";
/** Unlabelled nuclei in the middle slice of the sample with seed 1, px from the middle of the pane. */
const ADAS_NUCLEUS: PanePoint = [-104, -49];
const GRACES_NUCLEUS: PanePoint = [119, 35];
const BRUSH_STEPS = 6;
const REACH_PX = 9;

test.describe.configure({ mode: "serial" });

let product: RunningProduct;
let browser: Browser;
let ada: Page;
let editor: EditorPage;
let projectUrl: string;

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
}

/** Over a nucleus about 14 µm across that has no label yet: a ball, larger than at the start, moved in a small round. */
async function paintBall(person: EditorPage, [right, down]: PanePoint): Promise<void> {
  await person.page.keyboard.press("b");
  await person.page.keyboard.press("d");
  for (let step = 0; step < BRUSH_STEPS; step++) await person.page.keyboard.press("]");
  await person.paintNucleus("xy", [
    [right - REACH_PX, down],
    [right, down - REACH_PX],
    [right + REACH_PX, down],
    [right, down + REACH_PX],
    [right - REACH_PX, down],
  ]);
}

test("editor: two people paint", async () => {
  await ada.getByRole("button", { name: "Try it with a sample" }).first().click();
  await ada.waitForURL(/projects\/[0-9a-f-]{36}/);
  projectUrl = ada.url();
  const grace = await joinProject(browser, ada, {
    address: product.address,
    projectId: path.basename(projectUrl),
    name: "Grace Hopper",
    role: "annotator",
  });
  await openVolume("Sample 1");
  const other = new EditorPage(grace);
  await other.open(ada.url());
  const before = await editor.nuclei();
  await paintBall(other, GRACES_NUCLEUS);
  await other.saved();
  await paintBall(editor, ADAS_NUCLEUS);
  await editor.saved();
  await expect.poll(() => editor.nuclei()).toBe(before + 2);
  await other.hover("xy", GRACES_NUCLEUS[0] + 12, GRACES_NUCLEUS[1] + 8);
  await takePicture(ada, "editor");

  await grace.keyboard.press("v");
  await other.click("xy", ...ADAS_NUCLEUS);
  await grace.keyboard.press("Delete");
  await expect.poll(() => editor.nuclei()).toBe(before + 1);
  await other.hover("xy", GRACES_NUCLEUS[0] + 12, GRACES_NUCLEUS[1] + 8);
  await editor.tab("History");
  await ada
    .getByRole("option", { name: /erased/ })
    .first()
    .click();
  await ada.getByRole("button", { name: "Look: before" }).click();
  await expect(ada.getByTestId("past-banner")).toBeVisible();
  await takePicture(ada, "history");
  await grace.context().close();
});

test("editor: a distance, and 3D cut open with its slices", async () => {
  await ada.getByRole("button", { name: "Back to now" }).click();
  await editor.tab("View");
  await ada.keyboard.press("Shift+D");
  const [right, down] = ADAS_NUCLEUS;
  await editor.click("xy", right - 24, down);
  await editor.click("xy", right + 24, down);
  await expect(ada.getByTestId("measured")).toBeVisible();
  // 3D is cut across the pane under the pointer.
  await editor.hover("xy", right, down);
  await ada.keyboard.press("_");
  await ada.keyboard.press(";");
  await takePicture(ada, "cut");
});

async function answer(form: Locator, specimen: string): Promise<void> {
  await form.getByRole("combobox", { name: "Specimen" }).fill(specimen);
  await ada.keyboard.press("Tab");
}

async function importIt(form: Locator): Promise<void> {
  for (const [axis, um] of [
    [/^Voxel size z/, "1"],
    [/^y, µm/, "0.4"],
    [/^x, µm/, "0.4"],
  ] as const)
    await form.getByLabel(axis).fill(um);
  await form.getByRole("button", { name: "Import", exact: true }).click();
}

test("import: a pair of files, and what is asked", async () => {
  await ada.goto(`${product.address}/projects`);
  await ada.getByRole("button", { name: "New project" }).click();
  await ada.getByRole("dialog").getByLabel("Name").fill("Organoids, day 12");
  await ada.getByRole("dialog").getByLabel("Description").fill("Confocal, nuclear stain. Every nucleus, dim ones too.");
  await ada.getByRole("button", { name: "Make the project" }).click();
  await ada.waitForURL(/projects\/[0-9a-f-]{36}/);
  projectUrl = ada.url();
  const folder = test.info().outputPath("files");
  const labelled = await writeSampleFiles(folder, 7);
  const unlabelled = await writeSampleFiles(folder, 8);
  await ada.goto(`${projectUrl}/import`);
  await ada.getByLabel("Volumes to import").setInputFiles([labelled.image, labelled.labels, unlabelled.image]);
  await expect(ada.getByText(/labels\.tif goes along as labels/)).toBeVisible();
  const formOf = (file: string): Locator => ada.locator("form").filter({ hasText: file });
  const first = formOf("organoid-7_image.tif");
  await answer(first, "organoid 7");
  await first.evaluate((form) => {
    window.scrollTo({ top: form.getBoundingClientRect().top + window.scrollY - 80, behavior: "instant" });
  });
  await takePicture(ada, "import");
  await first.getByLabel("Every nucleus of the volume is labelled").check();
  await importIt(first);
  const second = formOf("organoid-8_image.tif");
  await answer(second, "organoid 8");
  await importIt(second);
  for (const name of [ALL_LABELLED, NOTHING_LABELLED])
    await expect(ada.getByRole("link", { name })).toBeVisible({ timeout: 60_000 });
});

test("boxes: what a box means is asked", async () => {
  await openVolume(ALL_LABELLED);
  await ada.keyboard.press("g");
  await editor.drag("xy", [
    [10, -110],
    [140, 110],
  ]);
  await editor.tab("Boxes");
  await takePicture(ada, "boxes");
  await ada.getByTestId("draft-box").getByRole("button", { name: "Kept for validation" }).click();
  await expect(ada.getByTestId("draft-box")).toBeHidden();
});

test("training: what was learned, and the whole project page", async () => {
  await ada.goto(`${projectUrl}/settings`);
  await ada.getByLabel("Minutes of one training").fill("2");
  await ada.getByRole("button", { name: "Save", exact: true }).last().click();
  await ada.goto(projectUrl);
  const train = ada.getByRole("button", { name: "Train", exact: true });
  // The first guess and the first round come by themselves.
  await expect(train).toBeEnabled({ timeout: TRAINING_BOUND_MS });
  await train.click();
  const status = ada.getByRole("status").filter({ hasText: /^(Training|Proposing)/ });
  await expect(status).toContainText(/%/, { timeout: 120_000 });
  await expect(ada.getByText("makes the proposals")).toBeVisible({ timeout: TRAINING_BOUND_MS });
  await expect(status).toHaveCount(0, { timeout: TRAINING_BOUND_MS });
  await ada.goto(projectUrl);
  await expect(ada.getByText("makes the proposals")).toBeVisible();
  await takePicture(ada, "project");
  await ada.getByRole("heading", { name: "Training", exact: true }).evaluate((heading) => {
    window.scrollTo({ top: heading.getBoundingClientRect().top + window.scrollY - 80, behavior: "instant" });
  });
  await takePicture(ada, "training");
});

test("dashboard: how the project stands", async () => {
  await ada.goto(`${projectUrl}/dashboard`);
  await expect(ada.getByRole("row", { name: /^All of it/ })).toBeVisible();
  await takePicture(ada, "dashboard");
});

test("queue: one question", async () => {
  await openVolume(NOTHING_LABELLED);
  await editor.tab("Queue");
  await ada.keyboard.press("q");
  await expect(editor.queueCard()).toBeVisible();
  await takePicture(ada, "queue");
});

test("publish: what the data say of themselves", async () => {
  await ada.goto(`${projectUrl}/publish`);
  await ada.getByLabel("Title").fill("Simulated nuclei of three embryos");
  await ada.getByLabel("Description").fill("Made-up volumes that show how the labels of a team become a dataset.");
  await ada.getByRole("button", { name: "Save" }).click();
  await expect(ada.getByText("Not saved yet.")).toHaveCount(0);
  await ada.evaluate(() => window.scrollTo({ top: 0, behavior: "instant" }));
  await takePicture(ada, "about-data");
});

test("publish: a frozen version and its formats", async () => {
  await ada.getByRole("combobox", { name: "Licence of the data" }).fill("CC-BY-4.0");
  await ada.keyboard.press("Escape");
  await ada.getByRole("button", { name: "Freeze a new version" }).click();
  await expect(ada.getByRole("link", { name: /Download version 1/ })).toBeVisible({ timeout: 60_000 });
  await ada.getByText("Version 1", { exact: true }).evaluate((heading) => {
    window.scrollTo({ top: heading.getBoundingClientRect().top + window.scrollY - 80, behavior: "instant" });
  });
  await takePicture(ada, "publish");
});
