import { readFile } from "node:fs/promises";
import { type Browser, expect, type Page, test } from "@playwright/test";
import type { NucleusColumns } from "../core/labels/nucleus-columns.ts";
import { EditorPage, type PanePoint } from "./pages/editor-page.ts";
import { ask, change, changeFromPage } from "./server/call-procedure.ts";
import { seenByColleague } from "./server/colleague-address.ts";
import { makeFirstAccount } from "./server/first-person.ts";
import { joinProject } from "./server/join-project.ts";
import { type RunningProduct, startProduct } from "./server/running-server.ts";

/**
 * Two people at one volume while connections break, pages reload and the server is killed. The judge is a second volume of
 * the same size, painted once with the same strokes while nothing went wrong: what is lost or painted twice differs from it.
 */
test.describe.configure({ mode: "serial", timeout: 120_000 });

const STROKES = 26;
const STROKE_PX = 8;
/** Far enough apart in the XY pane that no stroke touches another. */
const places: readonly PanePoint[] = Array.from({ length: STROKES }, (_, i) => [
  -128 + (i % 9) * 30,
  -60 + Math.floor(i / 9) * 40,
]);
const middleOf = ([right, down]: PanePoint): PanePoint => [right + STROKE_PX / 2, down];

let product: RunningProduct;
let ada: EditorPage;
let grace: EditorPage;
let projectId = "";
let volumeId = "";
/** Nuclei of the undisturbed volume, by stroke. */
let undisturbed: readonly Nucleus[] = [];

interface Nucleus {
  readonly voxels: number;
  readonly centroidZyx: readonly number[];
}

const urlOf = (id: string): string => `${product.address}/volumes/${id}`;

async function paint(editor: EditorPage, first: number, end = first + 1): Promise<void> {
  for (let i = first; i < end; i++) {
    const [right, down] = places[i];
    await editor.paintNucleus("xy", [
      [right, down],
      [right + STROKE_PX, down],
    ]);
  }
}

/** As the server counts them, row by row: the order of `places`. Labels are not compared, as they come by lease. */
async function nucleiOf(page: Page, id = volumeId): Promise<Nucleus[]> {
  const { voxels, centroidZyx } = await ask<NucleusColumns>(page, product.address, "nucleus.list", { volumeId: id });
  return voxels
    .map((count, i) => ({ voxels: count, centroidZyx: centroidZyx.slice(3 * i, 3 * i + 3) }))
    .sort(({ centroidZyx: [, aY, aX] }, { centroidZyx: [, bY, bX] }) => (Math.abs(aY - bY) > 5 ? aY - bY : aX - bX));
}

const strokesFrom = (first: number, end: number): readonly Nucleus[] => undisturbed.slice(first, end);

/** The strokes `0…end`, each there once. */
const expectStrokes = (end: number) =>
  expect.poll(() => nucleiOf(grace.page), { timeout: 30_000 }).toEqual(strokesFrom(0, end));

async function openSample(page: Page): Promise<string> {
  const created = await change<{ volumeId: string }>(page, product.address, "volume.createSample", { projectId });
  return created.volumeId;
}

/** Waits until this page's reload would find the worker that stands in for an absent server. */
const offlinePageIsReady = (page: Page) =>
  expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);

const editsKept = async (editor: EditorPage): Promise<number> => {
  await expect(editor.saveState).toHaveText(/^Offline/, { timeout: 30_000 });
  return Number(/, (\d+) edits? kept on this computer$/.exec(await editor.saveState.innerText())?.[1] ?? 0);
};

const restart = async (): Promise<void> => {
  const { dataRoot, address } = product;
  product = await startProduct({ dataRoot, port: Number(new URL(address).port) });
};

const newPage = async (browser: Browser): Promise<Page> => (await browser.newContext()).newPage();

test.beforeAll(async ({ browser }) => {
  product = await startProduct();
  const owner = await newPage(browser);
  await makeFirstAccount(owner, product);
  ({ projectId } = await change<{ projectId: string }>(owner, product.address, "project.create", { name: "Embryos" }));
  const undisturbedId = await openSample(owner);
  volumeId = await openSample(owner);
  ada = new EditorPage(owner);
  await ada.open(urlOf(undisturbedId));
  await paint(ada, 0, STROKES);
  await expect.poll(async () => (await nucleiOf(owner, undisturbedId)).length, { timeout: 30_000 }).toBe(STROKES);
  undisturbed = await nucleiOf(owner, undisturbedId);
  expect(Math.min(...undisturbed.map(({ voxels }) => voxels))).toBeGreaterThan(20);

  const { address } = product;
  grace = new EditorPage(
    await joinProject(browser, owner, { address, projectId, name: "Grace Hopper", role: "annotator" }),
  );
  await ada.open(urlOf(volumeId));
  await grace.open(urlOf(volumeId));
});
test.afterAll(async ({ browser }) => {
  // Pages that wait for a server that is gone would take a core from the walks after this one.
  await Promise.all(browser.contexts().map((context) => context.close()));
  await product?.stop();
});

test("without a connection painting goes on, and merges with what the other painted meanwhile", async () => {
  await ada.page.context().setOffline(true);
  await paint(ada, 0, 3);
  await expect(ada.saveState).toHaveText("Offline, 3 edits kept on this computer", { timeout: 30_000 });
  await expect(ada.rows).toHaveText([/^\s*new/, /^\s*new/, /^\s*new/]);
  await paint(grace, 3, 5);
  await expect.poll(() => nucleiOf(grace.page)).toEqual(strokesFrom(3, 5));

  await ada.page.context().setOffline(false);
  await expect(ada.saveState).toHaveText("Saved", { timeout: 30_000 });
  await expectStrokes(5);
  for (const editor of [ada, grace]) {
    await expect(editor.rows).toHaveCount(5);
    await expect
      .poll(() => editor.areColoured(places.slice(0, 6).map(middleOf)))
      .toEqual([...Array(5).fill(true), false]);
  }
});

test("a reload while the server is away says so; once it is back, every stroke of the outbox arrives", async () => {
  await offlinePageIsReady(ada.page);
  await product.kill();
  await paint(ada, 5, 8);
  await expect(ada.saveState).toHaveText("Offline, 3 edits kept on this computer", { timeout: 30_000 });
  await ada.page.reload();
  await expect(ada.page.getByRole("heading", { name: "The server cannot be reached" })).toBeVisible();
  const kept = ada.page.getByText("3 edits that are not saved yet are kept on this computer and will be sent.");
  await expect(kept).toBeVisible();
  await ada.page.getByRole("button", { name: "Try again now" }).click();
  await expect(kept).toBeVisible();

  await restart();
  await ada.isReady(); // by itself, at the same address
  expect(new URL(ada.page.url()).pathname).toBe(new URL(urlOf(volumeId)).pathname);
  await expectStrokes(8);
  await expect.poll(() => ada.areColoured(places.slice(0, 9).map(middleOf))).toEqual([...Array(8).fill(true), false]);
  await expect(grace.saveState).toHaveText("Saved", { timeout: 20_000 });
  await expect(grace.rows).toHaveCount(8);
});

test("kill -9 amid the strokes of two: what was acknowledged is there before the outboxes come, and all of it after", async () => {
  await Promise.all([ada.isReady(), grace.isReady()]);
  const [adaFirst, graceFirst, end] = [8, 17, STROKES];
  const painting = Promise.all([paint(ada, adaFirst, graceFirst), paint(grace, graceFirst, end)]);
  await expect.poll(async () => (await nucleiOf(grace.page)).length, { intervals: [50] }).toBeGreaterThan(9);
  await product.kill();
  await painting;
  const [adaKept, graceKept] = [await editsKept(ada), await editsKept(grace)];
  const acknowledged = [...strokesFrom(adaFirst, graceFirst - adaKept), ...strokesFrom(graceFirst, end - graceKept)];
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(adaKept + graceKept).toBeGreaterThan(0);

  for (const { page } of [ada, grace]) await page.context().setOffline(true);
  await restart();
  const survived = await nucleiOf(grace.page);
  expect(survived).toEqual(expect.arrayContaining([...strokesFrom(0, adaFirst), ...acknowledged]));
  expect(survived.length).toBeLessThan(STROKES);
  for (const { page } of [ada, grace]) await page.context().setOffline(false);
  for (const editor of [ada, grace]) await expect(editor.saveState).toHaveText("Saved", { timeout: 30_000 });
  await expectStrokes(end);
});

test("a second tab of the same person reads only, says why, and takes over when the first is closed", async () => {
  const second = new EditorPage(await ada.page.context().newPage());
  await second.page.goto(urlOf(volumeId));
  await expect(second.saveState).toHaveText("Read only");
  await expect(second.page.getByTestId("read-only")).toContainText("open in another tab of yours");
  await expect(second.page.locator('[data-command="tool.brush"]')).toBeDisabled();
  await second.paintNucleus("xy", [[-128, 100]]);
  await ada.page.close();
  await expect(second.saveState).toHaveText("Saved", { timeout: 30_000 });
  ada = second;
  await expectStrokes(STROKES);
});

test("a viewer sees strokes as they are made, and cannot paint", async ({ browser }) => {
  const invitation = { address: product.address, projectId, name: "Rosalind Franklin", role: "viewer" } as const;
  const viewer = new EditorPage(await joinProject(browser, ada.page, invitation));
  await viewer.page.goto(urlOf(volumeId));
  await expect(viewer.saveState).toHaveText("Read only");
  await expect(viewer.page.getByTestId("read-only")).toBeVisible();
  await expect(viewer.page.locator('[data-command="tool.brush"]')).toBeDisabled();
  const [fresh, wanted]: PanePoint[] = [
    [-100, 100],
    [-40, 100],
  ];
  await viewer.paintNucleus("xy", [wanted, [wanted[0] + STROKE_PX, wanted[1]]]);
  await grace.paintNucleus("xy", [fresh, [fresh[0] + STROKE_PX, fresh[1]]]);
  await expect.poll(() => viewer.areColoured([middleOf(fresh), middleOf(wanted)])).toEqual([true, false]);
  await expect(grace.saveState).toHaveText("Saved");
  expect(await nucleiOf(grace.page)).toHaveLength(STROKES + 1);
  await viewer.page.context().close();
});

test("who is let go while offline is told of the edits that are kept, and an owner brings them in from the file", async () => {
  const before = (await nucleiOf(grace.page)).length;
  await grace.page.context().setOffline(true);
  const fresh: PanePoint = [20, 100];
  await grace.paintNucleus("xy", [fresh, [fresh[0] + STROKE_PX, fresh[1]]]);
  expect(await editsKept(grace)).toBe(1);
  const members = await ask<{ userId: string; name: string }[]>(ada.page, product.address, "member.list", {
    projectId,
  });
  const userId = members.find(({ name }) => name === "Grace Hopper")?.userId;
  await change(ada.page, product.address, "member.remove", { projectId, userId });
  await grace.page.context().setOffline(false);
  const kept = grace.page.getByTestId("kept-edits");
  await expect(kept).toContainText("1 edit is kept in this browser", { timeout: 30_000 });
  await expect(kept).toContainText("An owner of the project can add you again");
  const saving = grace.page.waitForEvent("download");
  await kept.getByRole("button", { name: "Save them as a file" }).click();
  const file = await (await saving).path();
  await grace.page.goto(`${product.address}/projects`);
  await expect(kept).toContainText("1 edit is kept in this browser");

  const owner = await ada.page.context().newPage();
  await owner.goto(`${product.address}/projects/${projectId}`);
  const { name } = await ask<{ name: string }>(owner, product.address, "volume.byId", { volumeId });
  const dialog = owner.getByRole("dialog");
  const bringIn = async (into: string): Promise<void> => {
    await owner.getByRole("button", { name: `Bring kept edits into ${into}`, exact: true }).click();
    const choosing = owner.waitForEvent("filechooser");
    await dialog.getByRole("button", { name: "Choose the file" }).click();
    await (await choosing).setFiles({ name: "edits.json", mimeType: "application/json", buffer: await readFile(file) });
  };
  const other = owner.getByRole("button", { name: /^Bring kept edits into/ });
  await expect(other).toHaveCount(2);
  const names = await other.evaluateAll((buttons) => buttons.map((button) => button.ariaLabel ?? ""));
  const wrong = names.map((label) => label.replace("Bring kept edits into ", "")).find((one) => one !== name);
  await bringIn(wrong ?? "");
  await expect(dialog.getByRole("alert")).toContainText("made in another volume");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  for (const words of ["in the volume now", "nothing has changed"]) {
    await bringIn(name);
    await dialog.getByRole("button", { name: "Bring them in" }).click();
    await expect(dialog.getByRole("status").filter({ hasText: "Edits of Grace Hopper" })).toContainText(words);
    await expect.poll(async () => (await nucleiOf(owner)).length).toBe(before + 1);
    await dialog.getByRole("button", { name: "Done" }).click();
  }
  await owner.close();
});

test("by plain http from another computer the editor paints and saves, and says what is weaker", async ({
  browser,
}) => {
  const open = seenByColleague(await startProduct({ host: "0.0.0.0" }));
  try {
    const page = await newPage(browser);
    await makeFirstAccount(page, open);
    expect(await page.evaluate(() => [window.isSecureContext, "locks" in navigator])).toEqual([false, false]);
    const { projectId: id } = await changeFromPage<{ projectId: string }>(page, "project.create", { name: "Ovules" });
    const sample = await changeFromPage<{ volumeId: string }>(page, "volume.createSample", { projectId: id });
    const url = `${open.address}/volumes/${sample.volumeId}`;
    const editor = new EditorPage(page);
    await editor.open(url);
    const weaker = page.getByTestId("weaknesses");
    await expect(weaker).toContainText("the browser may throw away edits");
    await expect(weaker).toContainText("keep this volume open in one tab only");
    await paint(editor, 0, 2);
    await editor.saved();
    await expect(editor.rows).toHaveCount(2);
    const second = await page.context().newPage();
    await second.goto(url);
    await expect(second.getByTestId("read-only")).toContainText("open in another tab of yours");
    await page.reload();
    await editor.isReady();
    await expect(editor.rows).toHaveCount(2);
    await page.context().close();
  } finally {
    await open.stop();
  }
});
