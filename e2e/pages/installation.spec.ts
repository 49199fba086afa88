import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
import { change } from "../server/call-procedure.ts";
import { makeFirstAccount } from "../server/first-person.ts";
import { joinProject } from "../server/join-project.ts";
import { type RunningProduct, startProduct } from "../server/running-server.ts";

test.describe.configure({ mode: "serial" });

let product: RunningProduct;
test.beforeAll(async () => {
  product = await startProduct();
});
test.afterAll(() => product?.stop());

const downloadedBy = async (page: Page, link: string): Promise<string> => {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: link }).click()]);
  return readFile(await download.path(), "utf8");
};

test("an administrator decides who makes projects, sees the disk, and reads who did what", async ({
  page,
  browser,
}) => {
  await makeFirstAccount(page, product);
  const { projectId } = await change<{ projectId: string }>(page, product.address, "project.create", {
    name: "Embryos",
  });
  const grace = await joinProject(browser, page, {
    address: product.address,
    projectId,
    name: "Grace Hopper",
    role: "owner",
  });
  await grace.goto(`${product.address}/projects`);
  await expect(grace.getByRole("button", { name: "New project" })).toBeVisible();

  await page.goto(`${product.address}/installation`);
  await page.getByRole("tab", { name: "Settings and disk" }).click();
  await page.getByLabel("Administrators", { exact: true }).click();
  await expect(page.getByText("Saved.").first()).toBeVisible();
  // The page of somebody else follows without a reload.
  await expect(grace.getByText("On this installation administrators make the projects.")).toBeVisible();
  await expect(grace.getByRole("button", { name: "New project" })).toHaveCount(0);
  await page.getByLabel("Room for each project").fill("250");
  await page.getByRole("button", { name: "Save" }).nth(1).click();
  await expect(page.getByLabel("Room for each project")).toHaveValue("250 GB");
  await expect(page.getByText(/free of/)).toBeVisible();
  await expect(page.getByText(/^Database: /)).toBeVisible();

  await page.getByRole("tab", { name: "Who did what" }).click();
  await expect(page.getByRole("row", { name: /changed a setting.*room for each project/ })).toBeVisible();
  await page.getByLabel("Who").fill("grace");
  await expect(page.getByRole("row", { name: /changed a setting/ })).toHaveCount(0);
  await expect(page.getByRole("row", { name: /Grace Hopper.*used an invitation.*Embryos/ })).toBeVisible();
  expect(await downloadedBy(page, "CSV")).toContain("invitation.used");
  await page.getByRole("button", { name: "Check that nothing was changed" }).click();
  await expect(page.getByText(/All \d+ rows are as they were written/)).toBeVisible();

  // The owner of a project reads what happened there, and no sign-in.
  await grace.goto(`${product.address}/projects/${projectId}/people`);
  await expect(grace.getByRole("row", { name: /made an invitation/ })).toBeVisible();
  await expect(grace.getByText("signed in")).toHaveCount(0);
  const lines = (await downloadedBy(grace, "JSON Lines")).trim().split("\n");
  expect(new Set(lines.map((line) => JSON.parse(line).projectId))).toEqual(new Set([projectId]));
  await grace.goto(`${product.address}/installation/log`);
  await expect(grace.getByText("For administrators only")).toBeVisible();
  await grace.context().close();
});
