import { expect, type Page, test } from "@playwright/test";
import { EditorPage } from "./pages/editor-page.ts";
import { findCutOff } from "./pages/find-cut-off.ts";
import { findViolations } from "./pages/find-violations.ts";
import { change } from "./server/call-procedure.ts";
import { makeFirstAccount } from "./server/first-person.ts";
import { type RunningProduct, startProduct } from "./server/running-server.ts";

/** The editor by keys alone: the tour, the keys that a person sets, the palette, and words that can be read whole. */

test.describe.configure({ mode: "serial", timeout: 240_000 });

let product: RunningProduct;
let ada: Page;
let volumeUrl = "";

test.beforeAll(async ({ browser }) => {
  product = await startProduct();
  ada = await (await browser.newContext()).newPage();
  await makeFirstAccount(ada, product);
  const { address } = product;
  const { projectId } = await change<{ projectId: string }>(ada, address, "project.create", { name: "Embryos" });
  const { volumeId } = await change<{ volumeId: string }>(ada, address, "volume.createSample", { projectId });
  volumeUrl = `${address}/volumes/${volumeId}`;
  const editor = new EditorPage(ada);
  await editor.open(volumeUrl);
  await editor.paintNucleus("xy", [
    [-60, -60],
    [-30, -60],
    [-30, -40],
  ]);
  await expect(editor.row(1)).toBeVisible();
});
test.afterAll(async ({ browser }) => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await product?.stop();
});

/** A second tab of one person reads only, and never says "Saved". */
async function openBeside(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await expect(page.getByTestId("read-only")).toBeVisible({ timeout: 30_000 });
  await expect(page.locator("[data-command='tool.brush']").first()).toBeVisible();
}

const row = (page: Page, label: number) => new EditorPage(page).row(label);

test("the tour is offered once, goes by keys over the page, and comes back from the help", async () => {
  const tour = ada.getByTestId("tour");
  await ada.getByTestId("tour-offer").getByRole("button", { name: "Show me" }).click();
  await expect(ada.getByTestId("tour-offer")).toBeHidden();
  await expect(tour).toContainText("One place, four panes");
  expect(await findViolations(ada, ["dark"])).toEqual([]);
  for (const title of ["Tools", "The queue", "Boxes", "Train"]) {
    await ada.keyboard.press("ArrowRight");
    await expect(tour).toContainText(title);
    const card = await tour.boundingBox();
    expect(card && card.x >= 0 && card.y >= 0 && card.x + card.width <= 1280 && card.y + card.height <= 720).toBe(true);
  }
  await ada.keyboard.press("Enter");
  await expect(tour).toBeHidden();
  await ada.keyboard.press("?");
  await ada.getByRole("button", { name: "Take the tour" }).click();
  await expect(tour).toContainText("1 of 5");
  await ada.keyboard.press("Escape");
  await expect(tour).toBeHidden();
  // Another computer of the same person.
  const elsewhere = await ada.context().newPage();
  await openBeside(elsewhere, volumeUrl);
  await expect(elsewhere.getByTestId("tour-offer")).toBeHidden();
  await elsewhere.close();
  await new EditorPage(ada).tab("Nuclei");
});

test("keys are those of another program, or one's own, and what is shown follows", async () => {
  await ada.keyboard.press("?");
  await ada.getByRole("button", { name: "Change the keys" }).click();
  const dialog = ada.getByRole("dialog", { name: "Keys", exact: true });
  await expect(dialog).toBeVisible();
  expect(await findViolations(ada, ["dark"])).toEqual([]);
  await dialog.getByRole("combobox", { name: "Keys as in" }).click();
  await ada.getByRole("option", { name: "webKnossos" }).click();
  await dialog.getByRole("button", { name: "Another key for: Fit the whole volume" }).click();
  await ada.keyboard.press("b");
  await expect(dialog.locator('[data-command="view.fit"]')).toContainText("B");
  await dialog.getByRole("button", { name: "Another key for: Fit the whole volume" }).click();
  await ada.keyboard.press("e");
  await expect(dialog.getByTestId("key-recorder")).toBeHidden();
  await dialog.getByRole("button", { name: "Another key for: Fit the whole volume" }).click();
  await ada.keyboard.press("c");
  await expect(dialog.getByRole("alert")).toContainText("is the key of: New nucleus");
  expect(await findViolations(ada, ["dark"])).toEqual([]);
  await ada.keyboard.press("Escape");
  await expect(dialog.getByTestId("key-recorder")).toBeHidden();
  await ada.keyboard.press("Escape");
  await expect(dialog).toBeHidden();

  const brush = ada.getByRole("navigation", { name: "Tools" }).locator("[data-command='tool.brush']");
  await expect(brush).toHaveAttribute("aria-keyshortcuts", "Ctrl+K B");
  await ada.keyboard.press("Control+k");
  await ada.keyboard.press("b");
  await expect(brush).toHaveAttribute("aria-pressed", "true");
  // Kept for the person: another page has them.
  const elsewhere = await ada.context().newPage();
  await elsewhere.addInitScript(() => localStorage.clear());
  await openBeside(elsewhere, volumeUrl);
  await expect(elsewhere.locator("[data-command='tool.brush']").first()).toHaveAttribute(
    "aria-keyshortcuts",
    "Ctrl+K B",
  );
  await elsewhere.close();

  await ada.keyboard.press("?");
  await ada.getByRole("button", { name: "Change the keys" }).click();
  await dialog.getByRole("button", { name: "Take 1 change back" }).click();
  await dialog.getByRole("button", { name: "Karyoloop's own" }).click();
  await ada.keyboard.press("Escape");
  await expect(brush).toHaveAttribute("aria-keyshortcuts", "B");
  await ada.keyboard.press("v");
});

test("the palette finds a command, a nucleus and a page by the keyboard alone", async () => {
  const palette = ada.getByRole("dialog", { name: "Find a command" });
  const field = palette.getByRole("combobox");
  await ada.keyboard.press("Control+k");
  await expect(field).toBeFocused();
  expect(await findViolations(ada, ["dark"])).toEqual([]);
  await ada.keyboard.type("eraser");
  await expect(palette.getByRole("option", { selected: true })).toContainText("Eraser");
  await ada.keyboard.press("Enter");
  await expect(palette).toBeHidden();
  await expect(ada.locator("[data-command='tool.eraser']").first()).toHaveAttribute("aria-pressed", "true");

  await ada.keyboard.press("Control+k");
  await ada.keyboard.type("nucleus 1");
  await ada.keyboard.press("Enter");
  await expect(ada.getByTestId("selected-card")).toContainText("Nucleus 1");
  await expect(ada).toHaveURL(/#at=.*nucleus=1&zoom=/);

  await ada.keyboard.press("Control+k");
  await ada.keyboard.type("next channel");
  const active = palette.getByRole("option", { selected: true });
  await expect(active).toContainText("This volume has one channel only.");
  await expect(active).toHaveAttribute("aria-disabled", "true");
  await ada.keyboard.press("Enter");
  await expect(palette).toBeVisible();
  await field.fill("people");
  await expect(active).toContainText("People");
  await ada.keyboard.press("Escape");
  await expect(palette).toBeHidden();

  // The address is this view: whoever opens it comes there.
  const head = (page: Page) => page.locator('[data-pane="xy"]').innerText();
  const elsewhere = await ada.context().newPage();
  await openBeside(elsewhere, ada.url());
  await expect(elsewhere.getByTestId("selected-card")).toContainText("Nucleus 1");
  await expect.poll(async () => (await head(elsewhere)).split("\n")[1]).toBe((await head(ada)).split("\n")[1]);
  await elsewhere.close();
  await ada.keyboard.press("h");
  await ada.keyboard.press("v");
});

/** A message on its way in or out lies beyond an edge for a moment; what stays there is a fault. */
const nothingIsCutOff = (page: Page, when: string): Promise<void> =>
  expect.poll(() => findCutOff(page), { message: when, timeout: 5_000 }).toEqual([]);

/** What is measured becomes the size of nuclei, for the page and the server, and is forgotten again. */
async function sayNucleusSizeByKeys(page: Page): Promise<void> {
  const button = page.getByRole("button", { name: /^Nuclei are about this wide \([\d.]+ µm\)$/ });
  await expect(button).toHaveAttribute("aria-pressed", "false");
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(button).toHaveAttribute("aria-pressed", "true");
  await expect(button).toBeFocused();
  await new EditorPage(page).tab("View");
  const said = page.getByTestId("nucleus-size");
  await expect(said).toHaveText(/^Nuclei: [\d.]+ µm wide, as set here\.$/);
  await page.getByRole("button", { name: "Forget it" }).click();
  await expect(said).toHaveText("As wide as the model and the image say.");
  await expect(button).toHaveAttribute("aria-pressed", "false");
  await new EditorPage(page).tab("Nuclei");
}

test("no words are cut off, at 1280 × 720 and at 150 %, with any tool and any panel", async () => {
  const tools = ["v", "b", "e", "o", "Shift+T", "t", "s", "m", "g", "Shift+D"];
  for (const zoom of [1, 1.5]) {
    await ada.setViewportSize({ width: Math.round(1280 / zoom), height: Math.round(720 / zoom) });
    await new EditorPage(ada).tab("Nuclei");
    await row(ada, 1).click();
    for (const tool of tools) {
      await ada.keyboard.press(tool);
      await nothingIsCutOff(ada, `${tool} at ${zoom}`);
    }
    await new EditorPage(ada).tab("Nuclei");
    await row(ada, 1).click();
    for (const shape of ["Shift+G", "Shift+U"]) {
      await ada.keyboard.press(shape);
      await expect(ada.getByTestId("shape-bar")).toContainText("voxels");
      await nothingIsCutOff(ada, `${shape} at ${zoom}`);
      await ada.keyboard.press("Escape");
    }
    // The list, which has the focus, would take the arrows.
    await ada.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
    await ada.keyboard.press("Shift+Enter");
    for (let step = 0; step < 12; step++) await ada.keyboard.press("ArrowRight");
    await ada.keyboard.press("Shift+Enter");
    await expect(ada.getByTestId("measured")).toContainText("µm (x ");
    await nothingIsCutOff(ada, `measured at ${zoom}`);
    await sayNucleusSizeByKeys(ada);
    await ada.keyboard.press("Escape");
    await expect(ada.getByTestId("measured")).toHaveCount(0);
    for (const panel of ["Queue", "Comments", "Boxes", "History", "View", "Nuclei"] as const) {
      await new EditorPage(ada).tab(panel);
      await nothingIsCutOff(ada, `${panel} at ${zoom}`);
    }
    await expect(ada.getByRole("navigation", { name: "Tools" }).locator("[data-command='edit.redo']")).toBeInViewport({
      ratio: 1,
    });
  }
  // As narrow as a phone: the image stays, and the panels lie below it.
  await ada.setViewportSize({ width: 420, height: 800 });
  for (const part of [ada.locator('[data-pane="xy"]'), ada.getByRole("complementary", { name: "Panels" })]) {
    const box = await part.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThan(80);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(420);
  }
  await ada.setViewportSize({ width: 1280, height: 720 });
  await ada.keyboard.press("v");
});
