import { existsSync } from "node:fs";
import path from "node:path";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { EditorPage } from "./pages/editor-page.ts";
import { ask } from "./server/call-procedure.ts";
import { dialIn } from "./server/dialled-in-trainers.ts";
import { fillAccount, makeFirstAccount } from "./server/first-person.ts";
import { listZip } from "./server/list-zip.ts";
import { type RunningProduct, startProduct } from "./server/running-server.ts";

/**
 * The product in small: two people, one project, paint, see each other, judge a first guess, train, export.
 * On real volumes where the sets are present, on the synthetic sample otherwise.
 */
const DATA_SETS = process.env.KARYOLOOP_DATA_SETS ?? "../shared/data";
const labelled = path.resolve(DATA_SETS, "mouse-embryo", "Emb01_t401");
const unlabelled = path.resolve(DATA_SETS, "mouse-embryo-unlabelled", "Emb05_t401");
const hasRealVolumes = existsSync(`${labelled}_image.tif`);
/** `KARYOLOOP_DIALLED_IN=2`: so many trainers come from elsewhere, and the server has none of its own. */
const dialledIn = Number(process.env.KARYOLOOP_DIALLED_IN ?? 0);
const SCREENSHOTS = "test-results/main-job";

test.describe.configure({ mode: "serial", timeout: 900_000 });

let product: RunningProduct;
let endTrainers = () => {};
test.beforeAll(async () => {
  product = await startProduct({ trainer: dialledIn > 0 ? "none" : "local" });
});
test.afterAll(async ({ browser }) => {
  endTrainers();
  // Pages that wait for a server that is gone would take a core from the walks after this one.
  await Promise.all(browser.contexts().map((context) => context.close()));
  await product.stop();
});

const shoot = (page: Page, name: string) => page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });

async function importRealVolumes(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Import volumes" }).first().click();
  await page
    .locator("input[type=file]")
    .first()
    .setInputFiles([`${labelled}_image.tif`, `${labelled}_labels.tif`, `${unlabelled}_image.tif`]);
  for (const [file, specimen] of [
    ["Emb01_t401_image.tif", "embryo 1"],
    ["Emb05_t401_image.tif", "embryo 5"],
  ]) {
    const card = page.locator("article, section, form, div.mantine-Paper-root").filter({ hasText: file }).last();
    await card.getByLabel("Specimen").fill(specimen, { timeout: 60_000 });
    await shoot(page, `03-import-${specimen.replace(" ", "-")}`);
    await card.getByRole("button", { name: "Import", exact: true }).click();
  }
  for (const name of ["Emb01_t401", "Emb05_t401"])
    await expect(page.getByRole("link", { name })).toBeVisible({ timeout: 60_000 });
  await shoot(page, "03-imported");
}

async function inviteColleague(browser: Browser, owner: Page, projectUrl: string): Promise<Page> {
  await owner.goto(`${projectUrl}/people`);
  await owner.getByRole("button", { name: "Make an invitation link" }).click();
  const link = await owner.getByRole("textbox", { name: "Invitation link" }).inputValue();
  const context = await browser.newContext();
  const colleague = await context.newPage();
  await colleague.goto(link);
  await fillAccount(colleague, "Barbara McClintock");
  await shoot(colleague, "04-join");
  await colleague.getByRole("button", { name: "Make an account and join" }).click();
  await colleague.waitForURL("**/projects/*");
  return colleague;
}

test("two people label, judge a first guess, train and export", async ({ browser }) => {
  const ada = await (await browser.newContext()).newPage();
  await ada.goto(product.firstAccountLink ?? "");
  await shoot(ada, "01-welcome");
  await makeFirstAccount(ada, product);
  await shoot(ada, "02-projects");
  const names = Array.from({ length: dialledIn }, (_, i) => `far away ${i + 1}`);
  endTrainers = await dialIn(ada, product, names);
  let volumeName = "Sample 1";
  if (hasRealVolumes) {
    await ada.getByRole("button", { name: "New project" }).click();
    await ada.getByRole("dialog").getByLabel("Name").fill("Mouse embryos");
    await ada.getByRole("dialog").getByRole("button").last().click();
    await ada.waitForURL(/projects\/[0-9a-f-]{36}/);
  } else {
    await ada.getByRole("button", { name: "Try it with a sample" }).first().click();
    await ada.waitForURL(/projects\/[0-9a-f-]{36}/);
  }
  const projectUrl = ada.url().match(/.*projects\/[0-9a-f-]{36}/)?.[0] ?? "";

  await ada.goto(`${projectUrl}/settings`);
  await ada.getByLabel("Minutes of one training").fill("1");
  await ada.getByLabel("Decisions until the next training").fill("3");
  // The imported labels would start the first round at once, before a box is kept out.
  await ada.getByRole("switch", { name: "Begin by itself" }).uncheck();
  await ada.getByRole("button", { name: "Save" }).last().click();
  await expect(ada.getByRole("switch", { name: "Begin by itself" })).not.toBeChecked();
  await shoot(ada, "05-settings");
  await ada.goto(projectUrl);
  if (hasRealVolumes) {
    await importRealVolumes(ada);
    volumeName = "Emb05_t401";
  }
  await ada.goto(projectUrl);
  await ada.getByRole("button", { name: /^Propose nuclei now/ }).click();
  await expect(ada.getByText("comes with the product")).toBeVisible({ timeout: 60_000 });

  const barbara = await inviteColleague(browser, ada, projectUrl);
  await ada.goto(projectUrl);
  await ada.getByRole("link", { name: volumeName }).first().click();
  await ada.waitForURL("**/volumes/*");
  const volumeUrl = ada.url();
  const adaEditor = new EditorPage(ada);
  const barbaraEditor = new EditorPage(barbara);
  await adaEditor.isReady();
  await barbaraEditor.open(volumeUrl);

  await test.step("a stroke of one is seen by the other, and both see who is here", async () => {
    const before = await barbaraEditor.nuclei();
    await adaEditor.paintNucleus("xy", [
      [-40, -20],
      [-20, -10],
      [-30, 0],
    ]);
    await adaEditor.saved();
    for (const editor of [barbaraEditor, adaEditor])
      await expect.poll(() => editor.nuclei(), { timeout: 5_000 }).toBe(before + 1);
    await adaEditor.hover("xy", 30, 30);
    await expect(barbara.getByLabel("People here")).toContainText("AL");
    await shoot(barbara, "06-editor-of-the-other");
    await shoot(ada, "07-editor");
  });

  await test.step("only my own stroke is undone, however the other painted since", async () => {
    const before = await adaEditor.nuclei();
    await barbaraEditor.paintNucleus("xy", [
      [60, 40],
      [70, 50],
    ]);
    await barbaraEditor.saved();
    await expect.poll(() => adaEditor.nuclei(), { timeout: 5_000 }).toBe(before + 1);
    await ada.keyboard.press("Control+z");
    await expect.poll(() => barbaraEditor.nuclei(), { timeout: 5_000 }).toBe(before);
    await barbara.keyboard.press("Control+z");
    await expect.poll(() => adaEditor.nuclei(), { timeout: 5_000 }).toBe(before - 1);
  });

  await test.step("one box is kept for validation, the rest of the labelled volume is fully labelled", async () => {
    await ada.goto(projectUrl);
    await ada
      .getByRole("link", { name: hasRealVolumes ? "Emb01_t401" : volumeName })
      .first()
      .click();
    await adaEditor.isReady();
    const markBox = async (fromRight: number, toRight: number, meaning: RegExp): Promise<void> => {
      await ada.keyboard.press("g");
      await adaEditor.drag("xy", [
        [fromRight, -140],
        [toRight, 140],
      ]);
      await adaEditor.tab("Boxes");
      await ada.getByTestId("draft-box").getByRole("button", { name: meaning }).click();
      await expect(ada.getByTestId("draft-box")).toBeHidden();
    };
    await markBox(5, 140, /validation/i);
    // In the sample the questions come from beside the boxes: there is no other volume.
    await markBox(hasRealVolumes ? -140 : -40, -5, /fully labelled/i);
    await shoot(ada, "09-boxes");
  });

  const train = async (name: string): Promise<void> => {
    await ada.goto(projectUrl);
    await ada.getByRole("button", { name: "Train", exact: true }).click();
    await expect(ada.getByText(/^Training:/)).toBeVisible({ timeout: 60_000 });
    await expect(ada.getByText(/^Training:.*\d+ ?%/)).toBeVisible({ timeout: 120_000 });
    await shoot(ada, `${name}-training`);
    await expect(ada.getByRole("status").filter({ hasText: /^(Training|Proposing)/ })).toBeHidden({ timeout: 400_000 });
    await expect(ada.getByRole("alert").filter({ hasText: /failed/i })).toBeHidden();
    await shoot(ada, `${name}-trained`);
  };
  const queueOfVolume = () =>
    ask<{ waiting: number; decisions: number }>(ada, product.address, "queue.state", {
      volumeId: volumeUrl.split("/").at(-1),
    });
  await test.step("a model that has never seen the images has proposed nuclei", async () => {
    await expect.poll(async () => (await queueOfVolume()).waiting, { timeout: 400_000 }).toBeGreaterThanOrEqual(3);
    await ada.goto(projectUrl);
    await shoot(ada, "10-guessed");
  });

  await test.step("two people work the queue and never get the same question", async () => {
    await adaEditor.open(volumeUrl);
    await barbaraEditor.open(volumeUrl);
    const questions = new Set<string>();
    for (const [page, key, tabs] of [
      [ada, "a", []],
      // For the contrast, say: the question stays hers, and is answered from there.
      [barbara, "r", ["View"]],
      [ada, "a", ["Nuclei", "Queue"]],
    ] as const) {
      const editor = page === ada ? adaEditor : barbaraEditor;
      const decided = questions.size;
      // From the list: the key opens the queue.
      await editor.tab("Nuclei");
      await page.keyboard.press("q");
      await expect(editor.queueCard()).toBeVisible();
      questions.add(await editor.queueCard().innerText());
      await shoot(page, `12-question-${questions.size}`);
      for (const tab of tabs) await editor.tab(tab);
      await page.keyboard.press(key);
      await expect.poll(async () => (await queueOfVolume()).decisions).toBe(decided + 1);
      if (decided > 0) continue;
      // Taken back, the question is there again, and is answered once more.
      const [question] = questions;
      await page.keyboard.press("Control+z");
      await expect.poll(() => editor.queueCard().innerText()).toBe(question);
      await page.keyboard.press(key);
      await expect.poll(async () => (await queueOfVolume()).decisions).toBe(1);
    }
    expect(questions.size).toBe(3);
    await adaEditor.saved();
    await expect.poll(() => adaEditor.nuclei()).toBeGreaterThanOrEqual(2);
  });

  await test.step("what is open is gone through as a list; the surest are accepted at once, and taken back", async () => {
    await adaEditor.tab("Nuclei");
    const before = await adaEditor.nuclei();
    await adaEditor.tab("Queue");
    await ada.getByText("All as a list").click();
    const list = ada.getByRole("listbox", { name: "Proposals" });
    // It opens at what is shown, and holds the rows in sight only.
    await list.press("Home");
    await expect(list.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
    await expect(ada.getByTestId("proposal-card")).toBeVisible();
    await ada.getByLabel("Doubt at most, of 100").fill("40");
    await shoot(ada, "12-list");
    await ada.getByRole("button", { name: /^Accept \d+ nucle.+ of this list/ }).click();
    await shoot(ada, "12-list-accept");
    await ada.getByRole("button", { name: /^Accept \d+$/ }).click();
    await expect(ada.getByText(/nucle\w+ accepted\./)).toBeVisible();
    await adaEditor.tab("Nuclei");
    await expect.poll(() => adaEditor.nuclei(), { timeout: 10_000 }).toBeGreaterThan(before);
    await ada.keyboard.press("Control+z");
    await expect.poll(() => adaEditor.nuclei(), { timeout: 10_000 }).toBe(before);
    await adaEditor.saved();
  });

  await test.step("it learns from what was labelled and decided", () => train("13"));

  await test.step("the export opens", async () => {
    await ada.goto(`${projectUrl}/publish`);
    await ada.getByRole("button", { name: "Freeze a new version" }).click();
    const download = ada.getByRole("link", { name: /Download version 1/ });
    await expect(download).toBeVisible({ timeout: 60_000 });
    await shoot(ada, "14-export");
    const [file] = await Promise.all([ada.waitForEvent("download"), download.click()]);
    const zipFile = path.resolve(SCREENSHOTS, "dataset.zip");
    await file.saveAs(zipFile);
    const names = await listZip(zipFile);
    expect(names.some((name) => name.endsWith("dataset.json"))).toBe(true);
    expect(names.some((name) => name.endsWith("README.md"))).toBe(true);
    expect(names.some((name) => name.includes("zarr.json"))).toBe(true);
    expect(names.some((name) => name.endsWith(".csv"))).toBe(true);
  });
});
