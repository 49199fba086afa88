import { expect, type Page, test } from "@playwright/test";
import { EditorPage, type PanePoint } from "./pages/editor-page.ts";
import { change } from "./server/call-procedure.ts";
import { makeFirstAccount } from "./server/first-person.ts";
import { joinProject } from "./server/join-project.ts";
import { type RunningProduct, startProduct } from "./server/running-server.ts";

/** The editor on the real server: tools, keys, panels, and what a second person sees of it. */

test.describe.configure({ mode: "serial", timeout: 240_000 });

let product: RunningProduct;
let ada: Page;
let grace: Page;
let volumeUrl = "";

test.beforeAll(async ({ browser }) => {
  product = await startProduct();
  ada = await (await browser.newContext()).newPage();
  await makeFirstAccount(ada, product);
  const { address } = product;
  const { projectId } = await change<{ projectId: string }>(ada, address, "project.create", { name: "Embryos" });
  const { volumeId } = await change<{ volumeId: string }>(ada, address, "volume.createSample", { projectId });
  volumeUrl = `${address}/volumes/${volumeId}`;
  grace = await joinProject(browser, ada, { address, projectId, name: "Grace Hopper", role: "annotator" });
});
test.afterAll(async ({ browser }) => {
  // Pages that wait for a server that is gone would take a core from the walks after this one.
  await Promise.all(browser.contexts().map((context) => context.close()));
  await product?.stop();
});

const row = (page: Page, label: number) => new EditorPage(page).row(label);

test("an empty volume says what to do; painting is saved, listed, and seen by the other", async () => {
  const editor = new EditorPage(ada);
  await editor.open(volumeUrl);
  await expect(ada.getByText("No nuclei yet")).toBeVisible();
  await expect.poll(() => ada.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);
  const other = new EditorPage(grace);
  await other.open(volumeUrl);
  expect(await other.areColoured([[-45, -60]])).toEqual([false]);

  await editor.paintNucleus("xy", [
    [-60, -60],
    [-30, -60],
    [-30, -40],
  ]);
  await expect(row(ada, 1)).toBeVisible();
  await editor.saved();
  await expect(row(grace, 1)).toContainText("AL");
  await expect.poll(() => other.areColoured([[-45, -60]])).toEqual([true]);
});

test("undo is mine: the other's nucleus, painted since, stays", async () => {
  const other = new EditorPage(grace);
  await other.paintNucleus("xy", [
    [40, 40],
    [70, 60],
  ]);
  await expect(grace.getByRole("option")).toHaveCount(2);
  await expect(ada.getByRole("option")).toHaveCount(2);
  await ada.keyboard.press("Control+z");
  await expect(ada.getByRole("option")).toHaveCount(1);
  await expect(row(grace, 1)).toHaveCount(0);
  await ada.keyboard.press("Control+Shift+Z");
  await expect(row(grace, 1)).toBeVisible();
});

test("class by number key, unfinished, filter, and the card follow the selection", async () => {
  await row(ada, 1).click();
  const card = ada.getByTestId("selected-card");
  await expect(card).toContainText("Nucleus 1");
  await ada.keyboard.press("2");
  await expect(row(grace, 1)).toContainText("mitotic");
  // By hand as well, and the keys go on working with the focus still there.
  await card.locator("input[aria-label=Class]").click();
  await ada.keyboard.press("Escape");
  await expect(card.locator("input[aria-label=Class]")).toBeFocused();
  await ada.keyboard.press("u");
  await expect(card).toContainText("Unfinished");
  await expect(row(grace, 1).getByRole("img", { name: "Unfinished" })).toBeVisible();
  await ada.keyboard.press("/");
  await ada.keyboard.type("mitotic");
  await expect(ada.getByRole("option")).toHaveCount(1);
  await ada.getByLabel("Filter nuclei").fill("");
  await ada.keyboard.press("Escape");
});

test("split by two clicks makes two, merge makes them one again, Delete removes it in the whole volume", async () => {
  await row(ada, 1).click(); // flies there
  await ada.keyboard.press("h"); // and back to the whole slice
  await ada.keyboard.press("s");
  const editor = new EditorPage(ada);
  await editor.click("xy", -58, -60);
  await editor.click("xy", -30, -44);
  await expect(ada.getByRole("option")).toHaveCount(3);
  await ada.keyboard.press("m");
  await editor.click("xy", -58, -60);
  await editor.click("xy", -30, -44);
  await expect(ada.getByRole("option")).toHaveCount(2);
  await expect(ada.getByTestId("selected-card")).toContainText("Merged of");
  await ada.keyboard.press("Delete");
  await expect(ada.getByRole("option")).toHaveCount(1);
  await expect(grace.getByRole("option")).toHaveCount(1);
  await ada.keyboard.press("Control+z");
  await expect(grace.getByRole("option")).toHaveCount(2);
});

test("a nucleus drawn in two slices is interpolated after a look at it, copied on, and undone act by act", async () => {
  const editor = new EditorPage(ada);
  const at: PanePoint = [105, 15];
  const stroke = () =>
    editor.drag("xy", [
      [98, 15],
      [112, 15],
    ]);
  const turn = async (key: "," | ".", slices: number) => {
    for (let i = 0; i < slices; i++) await ada.keyboard.press(key);
  };
  await editor.paintNucleus("xy", [
    [98, 15],
    [112, 15],
  ]);
  await turn(".", 4);
  await stroke();
  await turn(",", 2);
  expect(await editor.areColoured([at])).toEqual([false]);
  await ada.keyboard.press("Shift+I");
  const bar = ada.getByTestId("shape-bar");
  await expect(bar).toContainText(/\+[1-9][\d,]* voxels/);
  await expect.poll(() => editor.areColoured([at])).toEqual([true]);
  await ada.keyboard.press("Escape");
  await expect(bar).toBeHidden();
  await expect.poll(() => editor.areColoured([at])).toEqual([false]);
  await ada.keyboard.press("Shift+I");
  await expect(bar).toContainText("voxels");
  await ada.keyboard.press("Enter");
  await expect(bar).toBeHidden();
  await expect.poll(() => editor.areColoured([at])).toEqual([true]);
  await turn(".", 2);
  await ada.keyboard.press(">"); // goes to the slice after, with a copy
  await expect.poll(() => editor.areColoured([at])).toEqual([true]);
  await ada.keyboard.press(".");
  await expect.poll(() => editor.areColoured([at])).toEqual([false]);
  for (const undone of ["copy slice", "interpolate", "brush", "brush"]) {
    await ada.keyboard.press("Control+z");
    await expect(ada.getByText(`Undone: ${undone}`)).toBeVisible();
  }
  await turn(",", 5);
  await editor.saved();
});

test("a box is drawn, named and shown to the other; validation boxes are not an annotator's", async () => {
  await ada.keyboard.press("g");
  await new EditorPage(ada).drag("xy", [
    [-100, -100],
    [20, 20],
  ]);
  const draft = ada.getByTestId("draft-box");
  await expect(draft).toBeVisible();
  await draft.getByRole("button", { name: "Kept for validation" }).click();
  await expect(draft).toBeHidden();
  await grace.getByRole("tab", { name: "Boxes" }).click();
  await expect(grace.getByText("Kept for validation")).toBeVisible();
  await expect(grace.getByRole("button", { name: "Remove the box" })).toBeDisabled();
  await ada.getByRole("button", { name: "Remove the box" }).click();
  await expect(grace.getByText("No boxes yet")).toBeVisible();
  await ada.keyboard.press("v");
});

test("who is here, and following", async () => {
  const peer = ada.getByTestId("peer");
  await expect(peer).toHaveAccessibleName(/Grace Hopper/);
  await grace.getByRole("tab", { name: "Nuclei" }).click();
  await peer.click();
  await expect(peer).toHaveAccessibleName(/Following Grace Hopper/);
  await grace.keyboard.press("v");
  await new EditorPage(grace).click("xy", 75, -50);
  const head = (page: Page) => page.locator('[data-pane="yz"]').innerText();
  await expect.poll(async () => (await head(ada)).split("\n")[1]).toBe((await head(grace)).split("\n")[1]);
  await new EditorPage(ada).click("xy", 0, 0);
  await expect(peer).toHaveAccessibleName(/click to follow/);
});

test("the help sheet lists every key and closes by its own", async () => {
  await ada.keyboard.press("?");
  const sheet = ada.getByRole("dialog", { name: "Keys of the editor" });
  await expect(sheet.getByText("Undo your last act")).toBeVisible();
  await expect(sheet.getByText("Class mitotic")).toBeVisible();
  await ada.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
});

test("the history says who did what, shows the labels as they were, and brings a nucleus back", async () => {
  const [editor, other] = [new EditorPage(ada), new EditorPage(grace)];
  await editor.open(volumeUrl);
  await other.open(volumeUrl);
  const [at, hers]: PanePoint[] = [
    [-55, 75],
    [90, -90],
  ];
  await other.paintNucleus("xy", [hers, [hers[0] + 15, hers[1]]]);
  await other.saved();
  await editor.paintNucleus("xy", [
    [at[0] - 15, at[1]],
    [at[0] + 15, at[1]],
  ]);
  await editor.saved();
  await expect.poll(() => other.areColoured([at])).toEqual([true]);
  await editor.tab("History");
  const line = (text: RegExp) => ada.getByRole("option", { name: text });
  await line(/painted nucleus \d+/)
    .first()
    .click();
  const label = Number(/Nucleus (\d+)/.exec(await ada.getByTestId("selected-card").innerText())?.[1]);
  await ada.keyboard.press("h");

  await grace.keyboard.press("v");
  await other.click("xy", ...at);
  await expect(grace.getByTestId("selected-card")).toContainText(`Nucleus ${label}`);
  await grace.keyboard.press("Delete");
  await expect.poll(() => editor.areColoured([at])).toEqual([false]);
  await ada.getByRole("button", { name: "Show it" }).click();
  await ada.getByRole("button", { name: `Only nucleus ${label}` }).click();
  await expect(ada.getByRole("option")).toHaveText([/GH.*erased/, /AL.*painted/]);
  await line(/erased/).click();
  await ada.getByRole("button", { name: "Look: before" }).click();
  const banner = ada.getByTestId("past-banner");
  await expect(banner).toContainText("before Grace Hopper erased");
  await ada.keyboard.press("h");
  await expect.poll(() => editor.areColoured([at])).toEqual([true]);
  // Nothing can be painted in the past.
  await ada.keyboard.press("b");
  await editor.drag("xy", [
    [60, 90],
    [80, 90],
  ]);
  await editor.saved();
  await banner.getByRole("button", { name: "Back to now" }).click();
  await expect.poll(() => editor.areColoured([at, [70, 90]])).toEqual([false, false]);
  await ada.keyboard.press("v");

  // A time before the volume was there, and one that has not come yet.
  await ada.getByRole("button", { name: "Choose a time" }).click();
  for (const [time, coloured] of [
    ["2001-02-03T04:05", false],
    ["2101-02-03T04:05", true],
  ] as const) {
    await ada.getByLabel("Until").fill(time);
    await ada.getByRole("button", { name: /^Look at 3 Feb/ }).click();
    await expect(banner).toContainText(`3 Feb ${time.slice(0, 4)}`);
    await expect.poll(() => editor.areColoured([hers])).toEqual([coloured]);
    await ada.keyboard.press("Escape");
    await expect(banner).toBeHidden();
  }
  await ada.getByLabel("Until").fill("");
  await line(/erased/).click();
  await ada.keyboard.press("h");

  await ada.getByRole("button", { name: `Nucleus ${label} as before this…` }).click();
  const preview = ada.getByTestId("history-preview");
  await expect(preview).toContainText(/[1-9][\d,]* voxels come back/);
  await preview.getByRole("button", { name: "Bring it back" }).click();
  await expect.poll(() => other.areColoured([at])).toEqual([true]);
  await expect(ada.getByRole("option").first()).toHaveText(/AL.*painted/);
  await ada.keyboard.press("Control+z");
  await expect.poll(() => other.areColoured([at])).toEqual([false]);
});

test("an owner takes back what somebody did, exactly; an annotator is told that it is not theirs to do", async () => {
  const [editor, other] = [new EditorPage(ada), new EditorPage(grace)];
  const [hers, since]: PanePoint[] = [
    [10, 95],
    [40, 95],
  ];
  await other.paintNucleus("xy", [hers, since]);
  await other.saved();
  await expect.poll(() => editor.areColoured([hers])).toEqual([true]);
  await ada.getByRole("button", { name: "Show everything" }).click();
  const first = ada.getByRole("option").first();
  await expect(first).toHaveText(/GH.*painted nucleus \d+/);
  await first.click();
  await ada.getByRole("button", { name: "Take this back…" }).click();
  const preview = ada.getByTestId("history-preview");
  await expect(preview).toContainText("1 act of Grace Hopper");
  await preview.getByRole("button", { name: "Take it back" }).click();
  await grace.keyboard.press("h");
  await expect.poll(() => other.areColoured([hers])).toEqual([false]);
  await expect(first).toHaveText(/AL.*undid: painted/);
  await ada.keyboard.press("Control+z");
  await expect.poll(() => other.areColoured([hers])).toEqual([true]);

  await other.tab("History");
  await grace
    .getByRole("option", { name: /AL.*painted nucleus/ })
    .last()
    .click();
  await grace.getByRole("button", { name: "Take this back…" }).click();
  await expect(grace.getByTestId("history-preview")).toContainText("Only reviewers and owners");
});

test("a click outlines a nucleus in 3D by the model in the page; dropped without a trace, kept as one act that the other sees", async () => {
  const editor = new EditorPage(ada);
  await editor.open(volumeUrl);
  await new EditorPage(grace).open(volumeUrl);
  const before = await editor.nuclei();
  await ada.keyboard.press("Shift+T");
  await expect(ada.getByTestId("model-note")).toHaveAttribute("data-state", "ready", { timeout: 90_000 });
  const at = await editor.brightestPlace();
  const size = ada.getByTestId("segment-size");
  await editor.click("xy", ...at);
  await expect(size).toHaveAttribute("data-by", "model", { timeout: 30_000 });
  expect(await editor.areColoured([at])).toEqual([true]);
  await ada.keyboard.press("Escape");
  await expect(size).toHaveCount(0);
  await expect.poll(() => editor.areColoured([at])).toEqual([false]);
  await editor.click("xy", ...at);
  await expect(size).toBeVisible({ timeout: 30_000 });
  const first = await size.innerText();
  await ada.keyboard.press("]"); // the outline a step farther out
  await expect(size).not.toHaveText(first);
  await ada.keyboard.press("Enter");
  await expect(size).toHaveCount(0);
  await editor.saved();
  await expect(editor.rows).toHaveCount(before + 1);
  await expect(new EditorPage(grace).rows).toHaveCount(before + 1);
  await ada.keyboard.press("Control+z");
  await expect(new EditorPage(grace).rows).toHaveCount(before);
});
