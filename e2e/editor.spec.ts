import { type Browser, expect, type Page, test } from "@playwright/test";
import { EditorPage } from "./pages/editor-page.ts";
import { fillAccount, makeFirstAccount } from "./server/first-person.ts";
import { type RunningProduct, startProduct } from "./server/running-server.ts";

/** The editor on the real server: tools, keys, panels, and what a second person sees of it. */

test.describe.configure({ mode: "serial", timeout: 240_000 });

let product: RunningProduct;
let ada: Page;
let grace: Page;
let volumeUrl = "";

/** A procedure of the API, as the person signed in on the page. */
async function call<T>(page: Page, path: string, input: unknown): Promise<T> {
  const response = await page.request.post(`${product.address}/trpc/${path}`, {
    data: { json: input },
    headers: { origin: product.address },
  });
  const body = (await response.json()) as { result?: { data: { json: T } } };
  if (!body.result) throw new Error(`${path}: ${JSON.stringify(body)}`);
  return body.result.data.json;
}

async function join(browser: Browser, projectId: string, name: string, role: string): Promise<Page> {
  const { url } = await call<{ url: string }>(ada, "invitation.create", { projectId, role, days: 1 });
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  await page.goto(url);
  await fillAccount(page, name);
  await page.getByRole("button", { name: "Make an account and join" }).click();
  await page.waitForURL("**/projects/*");
  return page;
}

let projectId = "";

test.beforeAll(async ({ browser }) => {
  product = await startProduct();
  ada = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  await makeFirstAccount(ada, product);
  ({ projectId } = await call<{ projectId: string }>(ada, "project.create", { name: "Embryos" }));
  const { volumeId } = await call<{ volumeId: string }>(ada, "volume.createSample", { projectId });
  volumeUrl = `${product.address}/volumes/${volumeId}`;
  grace = await join(browser, projectId, "Grace Hopper", "annotator");
});
test.afterAll(() => product?.stop());

const row = (page: Page, label: number) => page.getByRole("option").and(page.locator(`[data-label="${label}"]`));
const saveState = (page: Page) => page.getByTestId("save-state");

/** Whether any pixel of the XY pane's slice is clearly coloured: image is grey, labels are not. */
const colouredPixels = (page: Page) =>
  page.locator('[data-pane="xy"] [data-role="slice"]').evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    let coloured = 0;
    for (let i = 0; i < data.length; i += 4)
      if (Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 25) coloured++;
    return coloured;
  });

test("an empty volume says what to do; painting is saved, listed, and seen by the other", async () => {
  const editor = new EditorPage(ada);
  await editor.open(volumeUrl);
  await expect(ada.getByText("No nuclei yet")).toBeVisible();
  await expect.poll(() => ada.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);
  const other = new EditorPage(grace);
  await other.open(volumeUrl);
  expect(await colouredPixels(grace)).toBe(0);

  await editor.paintNucleus("xy", [
    [-60, -60],
    [-30, -60],
    [-30, -40],
  ]);
  await expect(row(ada, 1)).toBeVisible();
  await expect(saveState(ada)).toHaveText("Saved");
  await expect(row(grace, 1)).toContainText("AL");
  await expect.poll(() => colouredPixels(grace)).toBeGreaterThan(50);
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

test("a viewer and a second tab read only, and are told why", async ({ browser }) => {
  const viewer = await join(browser, projectId, "Rosalind Franklin", "viewer");
  await viewer.goto(volumeUrl);
  await expect(saveState(viewer)).toHaveText("Read only");
  await expect(viewer.getByTestId("read-only")).toBeVisible();
  await expect(viewer.locator('[data-command="tool.brush"]')).toBeDisabled();
  await viewer.context().close();
  const second = await ada.context().newPage();
  await second.goto(volumeUrl);
  await expect(second.getByTestId("read-only")).toContainText("another tab");
  await second.close();
});

test("offline, painting goes on; the edits arrive when the connection is back", async () => {
  await expect(saveState(ada)).toHaveText("Saved");
  const before = await grace.getByRole("option").count();
  await ada.context().setOffline(true);
  await new EditorPage(ada).paintNucleus("xy", [
    [-100, 80],
    [-70, 90],
  ]);
  await expect(saveState(ada)).toHaveText(/^Offline, \d+ edits? kept on this computer$/, { timeout: 60_000 });
  await ada.context().setOffline(false);
  await expect(saveState(ada)).toHaveText("Saved", { timeout: 60_000 });
  await expect(grace.getByRole("option")).toHaveCount(before + 1);
});
