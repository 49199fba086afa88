import http from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@playwright/test";
import { type ContractServer, startContractServer } from "../../server/zenodo/testing/contract-server.ts";
import { change } from "../server/call-procedure.ts";
import { makeFirstAccount } from "../server/first-person.ts";
import { type RunningProduct, startProduct } from "../server/running-server.ts";
import { findViolations } from "./find-violations.ts";

let contract: ContractServer;
let product: RunningProduct;
test.beforeAll(async () => {
  contract = await startContractServer();
  product = await startProduct({ environment: { KARYOLOOP_ZENODO: contract.address } });
});
test.afterAll(async () => {
  await product?.stop();
  await contract?.close();
});

test("what the data say of themselves: filled in, checked, kept, and never saved over unseen", async ({
  page,
  browser,
}) => {
  test.setTimeout(240_000);
  const { address } = product;
  await makeFirstAccount(page, product);
  const { projectId } = await change<{ projectId: string }>(page, address, "project.create", { name: "Embryos" });
  await change(page, address, "volume.createSample", { projectId, labels: "third" });
  await page.goto(`${address}/projects/${projectId}/export`);
  await page.waitForURL(`**/projects/${projectId}/publish`);
  const target = (name: string) => page.getByRole("listitem").filter({ hasText: name });
  await expect(target("DataCite")).toHaveText(/2 missing/);

  await test.step("fields are said to be missing until they are there", async () => {
    await page.getByLabel("Title").fill("Nuclei of embryos");
    await page.getByLabel("Description").fill("Made to try the form.");
    await page.getByRole("button", { name: /Who made it/ }).click();
    await page.getByRole("button", { name: "Add a creator" }).click();
    await page.getByLabel("Family name of creator 1").fill("Lovelace");
    const orcid = page.getByLabel("ORCID of creator 1");
    await orcid.fill("0000-0002-1825-0098");
    await expect(page.getByText("A digit of this ORCID is wrong.")).toBeVisible();
    await orcid.fill("https://orcid.org/0000000218250097");
    await orcid.blur();
    await expect(orcid).toHaveValue("0000-0002-1825-0097");
    await expect(target("DataCite")).toHaveText(/all said/);
    await page.getByRole("button", { name: /What was imaged/ }).click();
    await page.getByRole("button", { name: "Add an organism" }).click();
    await page.getByRole("combobox", { name: "Organism 1" }).fill("zebra");
    await page.getByRole("option", { name: /Danio rerio/ }).click();
    await expect(page.getByText("NCBI Taxonomy 7955")).toBeVisible();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("Not saved yet.")).toHaveCount(0);
    await page.reload();
    await expect(page.getByLabel("Title")).toHaveValue("Nuclei of embryos");
  });

  await test.step("two pages: the second to save is told, and what it typed is still there", async () => {
    const other = await (await browser.newContext({ storageState: await page.context().storageState() })).newPage();
    await other.goto(page.url());
    await other.getByLabel("Title").fill("Of the other page");
    await page.getByLabel("Title").fill("Of this page");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("Not saved yet.")).toHaveCount(0);
    await other.getByRole("button", { name: "Save", exact: true }).click();
    await expect(other.getByText(/has saved this form since you opened it/)).toBeVisible();
    await expect(other.getByLabel("Title")).toHaveValue("Of the other page");
    await other.getByRole("button", { name: "Discard" }).click();
    await expect(other.getByLabel("Title")).toHaveValue("Of this page");
    await other.context().close();
  });

  await test.step("images of others ask for a licence that goes with theirs", async () => {
    await expect(page.getByText(/Simulated volume that comes with Karyoloop\. CC0-1\.0/)).toBeVisible();
    await page.getByRole("checkbox", { name: "All volumes" }).check();
    await page.getByText("Images of others", { exact: true }).click();
    await page.getByLabel("Citation").fill("Moore (2020): Embryos.");
    await page.getByRole("combobox", { name: "Their licence" }).fill("CC-BY-NC-4.0");
    await page.keyboard.press("Tab"); // its list of licences closes
    await page.getByRole("button", { name: "Say so for 1 volume" }).click();
    await expect(page.getByText(/Moore \(2020\): Embryos\. CC-BY-NC-4\.0/)).toBeVisible();
    await page.getByRole("combobox", { name: "Licence of the data" }).fill("CC-BY-4.0");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Freeze a new version" }).click();
    await expect(page.getByText(/under CC-BY-NC-4\.0, which does not go with CC-BY-4\.0/)).toBeVisible();
  });

  await test.step("form, freeze, a draft at Zenodo, and its publication by a second act", async () => {
    await page.getByRole("combobox", { name: "Licence of the data" }).fill("CC-BY-NC-4.0");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Freeze a new version" }).click();
    const zenodo = page.getByRole("region", { name: "Zenodo, version 1" });
    const make = zenodo.getByRole("button", { name: "Make a draft at Zenodo’s sandbox".replace("’", "'") });
    await zenodo.getByLabel("Try it in the sandbox").check({ timeout: 90_000 });
    await expect(make).toBeDisabled();
    await zenodo.getByLabel("Your token for Zenodo's sandbox").fill("z".repeat(60));
    await zenodo.getByRole("button", { name: "Keep it" }).click();
    await expect(zenodo.getByText(/Zenodo does not know your token/)).toBeVisible();
    await zenodo.getByLabel("Your token for Zenodo's sandbox").fill(contract.token);
    await zenodo.getByRole("button", { name: "Keep it" }).click();
    await expect(zenodo.getByText(/Your token for Zenodo's sandbox is kept/)).toBeVisible();
    expect(await findViolations(page)).toEqual([]);
    await make.click();
    await expect(zenodo.getByText("draft, seen by nobody")).toBeVisible({ timeout: 60_000 });
    await expect(zenodo.getByText(/Reserved DOI 10\.5072/)).toBeVisible();
    expect(contract.requests.join()).not.toContain("publish");
    await zenodo.getByRole("button", { name: "Publish…" }).click();
    const dialog = page.getByRole("dialog", { name: /Publish version 1/ });
    const confirm = dialog.getByRole("button", { name: "Publish it for ever" });
    await expect(confirm).toBeDisabled();
    const [{ id }] = contract.deposits();
    await dialog.getByLabel(/to confirm/).fill(`10.5072/zenodo.${id}`);
    await confirm.click();
    await expect(zenodo.getByText("published", { exact: true })).toBeVisible();
    await expect(zenodo.getByRole("link", { name: /The record at/ })).toHaveAttribute(
      "href",
      `${contract.address}/records/${id}`,
    );
    expect(await findViolations(page)).toEqual([]);
  });

  await test.step("the shapes of its nuclei, by class and by specimen", async () => {
    await page.getByRole("link", { name: "Shapes of its nuclei, by class and specimen" }).click();
    await expect(page.getByRole("heading", { name: "Shapes in version 1" })).toBeVisible();
    const plot = page.getByRole("img", { name: /^Volume, µm³ of no class: \d+ nuclei, median/ });
    await expect(plot).toBeVisible();
    expect(await findViolations(page)).toEqual([]);
    await page.getByText("By specimen", { exact: true }).click();
    await expect(plot).toHaveCount(0);
    await expect(page.getByRole("img", { name: /^Volume, µm³ of/ })).toBeVisible();
    await page.getByRole("combobox", { name: "Measure" }).click();
    await page.getByRole("option", { name: "Largest diameter (TANGO)" }).click();
    await expect(page.getByRole("img", { name: /^Largest diameter \(TANGO\), µm of/ })).toBeVisible();
    await expect(page.getByRole("table", { name: "Largest diameter (TANGO), µm" })).toContainText("Median");
    await page.goto(`${address}/projects/${projectId}/publish/shapes?version=${projectId}`);
    await expect(page.getByText("There is no such dataset version, or it is not ready.")).toBeVisible();
  });

  await test.step("an address is told, and its secret shown once", async () => {
    const received: string[] = [];
    const receiver = http.createServer((request, response) => {
      received.push(String(request.headers["webhook-signature"]));
      response.writeHead(204).end();
    });
    await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
    const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    await page.goto(`${address}/projects/${projectId}/settings`);
    await page.getByLabel("Address to tell").fill(hook);
    await page.getByRole("button", { name: "Add it" }).click();
    await expect(page.getByText(/Only addresses that begin with https/)).toBeVisible();
    await change(page, address, "installation.changeSettings", { privateWebhookHosts: "127.0.0.1" });
    await page.getByRole("button", { name: "Add it" }).click();
    await expect(page.getByRole("textbox", { name: "The secret of the new webhook" })).toHaveValue(/^whsec_/);
    const card = page.getByRole("article", { name: `Webhook to ${hook}` });
    await expect(card.getByText("Nothing was sent yet.")).toBeVisible();
    await card.getByRole("button", { name: "Send a test" }).click();
    await expect(card.getByText("Delivered: answered with 204")).toBeVisible();
    expect(received).toEqual([expect.stringMatching(/^v1,/)]);
    expect(await findViolations(page)).toEqual([]);
    await page.reload();
    await expect(card).toBeVisible();
    await expect(page.getByRole("textbox", { name: "The secret of the new webhook" })).toHaveCount(0);
    await card.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("button", { name: "Remove it" }).click();
    await expect(page.getByText("This project tells nobody.")).toBeVisible();
    receiver.close();
  });
});
