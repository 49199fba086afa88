import { expect, type Page, test } from "@playwright/test";
import { EditorPage, type PanePoint } from "./pages/editor-page.ts";
import { findViolations } from "./pages/find-violations.ts";
import { ask, change } from "./server/call-procedure.ts";
import { makeFirstAccount } from "./server/first-person.ts";
import { joinProject } from "./server/join-project.ts";
import { type RunningProduct, startProduct } from "./server/running-server.ts";

let product: RunningProduct;
test.beforeAll(async () => {
  product = await startProduct();
});
test.afterAll(() => product?.stop());

/** Two places; the second person draws at the first of them alone. */
const places: readonly PanePoint[] = [
  [-40, -10],
  [40, -10],
];
const paintAt = async (editor: EditorPage, [right, down]: PanePoint): Promise<void> => {
  await editor.paintNucleus("xy", [
    [right, down],
    [right + 14, down + 14],
  ]);
  await editor.saved();
};

test("two people draw blind, then they are compared, and a third judges what they agree on", async ({
  page: ada,
  browser,
}) => {
  test.setTimeout(240_000);
  const { address } = product;
  await makeFirstAccount(ada, product, "Ada Lovelace");
  const { projectId } = await change<{ projectId: string }>(ada, address, "project.create", { name: "Blind" });
  const { volumeId } = await change<{ volumeId: string }>(ada, address, "volume.createSample", { projectId });
  const join = (name: string) => joinProject(browser, ada, { address, projectId, name, role: "annotator" });
  const [ben, cleo] = [await join("Ben Smith"), await join("Cleo Jones")];
  await expect
    .poll(async () => (await ask<{ state: string }>(ada, address, "volume.byId", { volumeId })).state, {
      timeout: 90_000,
    })
    .toBe("ready");

  await test.step("an owner says who draws what, and who judges", async () => {
    await ada.goto(`${address}/projects/${projectId}`);
    await ada.getByRole("tab", { name: "Agreement" }).click();
    await ada.getByRole("checkbox", { name: "Ben Smith" }).check();
    await ada.getByRole("checkbox", { name: "Cleo Jones" }).check();
    await ada.getByLabel("Who adjudicates").selectOption({ label: "Ada Lovelace" });
    await ada.getByRole("button", { name: "Start the study" }).click();
    await expect(ada.getByRole("table", { name: "Blind studies" })).toContainText("0 of 2 done");
    expect(await findViolations(ada)).toEqual([]);
  });

  const openLayer = async (page: Page): Promise<EditorPage> => {
    await page.goto(`${address}/work`);
    await page.getByRole("link", { name: "Draw your layer" }).click();
    const editor = new EditorPage(page);
    await editor.isReady();
    await expect(page.getByTestId("layer-chip")).toContainText("Only you see these labels until the study is closed");
    return editor;
  };
  const [bens, cleos] = [await openLayer(ben), await openLayer(cleo)];
  await test.step("what one draws the other does not see, nor that they are there", async () => {
    expect(await findViolations(ben, ["dark"])).toEqual([]);
    for (const place of places) await paintAt(bens, place);
    await expect(bens.rows).toHaveCount(2);
    await paintAt(cleos, places[0]);
    await expect(cleos.rows).toHaveCount(1);
    await expect(cleo.getByText("Ben Smith")).toHaveCount(0);
    const other = await cleo.context().newPage();
    await other.goto(ben.url());
    await expect(other.getByText(/There is nothing here, or you are not a member/)).toBeVisible();
    await other.close();
    for (const page of [ben, cleo]) await page.getByRole("button", { name: "I am done", exact: true }).click();
    await expect(ada.getByRole("table", { name: "Blind studies" })).toContainText("2 of 2 done");
  });

  await test.step("it is closed and compared; nobody draws any more", async () => {
    await ada.getByRole("button", { name: "Close and compare" }).click();
    await ada.getByRole("dialog").getByRole("button", { name: "Close and compare" }).click();
    await ada.getByRole("link", { name: "Result" }).click({ timeout: 60_000 });
    const pairs = ada.getByRole("table", { name: "Pairs of annotators" });
    await expect(pairs.getByRole("row", { name: /^A and B 1 (1 0|0 1) 0\.67/ })).toBeVisible();
    await expect(ada.getByText("1 nucleus by 2 of 2, 1 nucleus by 1 of 2.")).toBeVisible();
    await expect(ben.getByTestId("layer-chip")).toContainText("closed");
    expect(await findViolations(ada)).toEqual([]);
  });

  await test.step("what they agree on is proposed, and judged in the ordinary queue", async () => {
    await ada.getByRole("button", { name: "Propose the consensus" }).click();
    await expect(ada.getByText("2 nuclei are proposed")).toBeVisible({ timeout: 60_000 });
    await ada.getByRole("link", { name: "Judge them in the queue" }).click();
    // The link opens the queue, where no list says how many there are.
    await new EditorPage(ada).saved();
    await ada.keyboard.press("q");
    await expect(ada.getByText(/one of two annotators drew it/)).toBeVisible();
    await ada.keyboard.press("r");
    await expect(ada.getByText(/two of two annotators drew it/)).toBeVisible();
    await ada.keyboard.press("a");
    const accepted = () => ask<{ voxels: readonly number[] }>(ada, address, "nucleus.list", { volumeId });
    await expect.poll(async () => (await accepted()).voxels.length).toBe(1);
    await ada.goto(`${address}/work`);
    await ada.getByRole("link", { name: "Judge what the others agree on" }).click();
    await ada.getByRole("button", { name: "I have judged it" }).click();
    await expect(ada.getByText("The adjudicator is through.")).toBeVisible();
  });
  await Promise.all([ben, cleo].map((page) => page.context().close()));
});
