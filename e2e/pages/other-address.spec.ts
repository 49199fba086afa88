import { expect, test } from "@playwright/test";
import { seenByColleague } from "../server/colleague-address.ts";
import { makeFirstAccount } from "../server/first-person.ts";
import { type RunningProduct, startProduct } from "../server/running-server.ts";

let product: RunningProduct;
test.beforeAll(async () => {
  product = await startProduct({ host: "0.0.0.0" });
});
test.afterAll(() => product?.stop());

test("signs in and works by an address that is not localhost", async ({ page }) => {
  await makeFirstAccount(page, seenByColleague(product));
  expect(await page.evaluate(() => window.isSecureContext)).toBe(false); // else this tests nothing
  await page.getByRole("button", { name: "New project" }).click();
  await page.getByLabel("Name").fill("From another computer");
  await page.getByRole("button", { name: "Make the project" }).click();
  await page.waitForURL("**/projects/*");
  await expect(page.getByRole("heading", { name: "From another computer" })).toBeVisible();
  await page.getByRole("tab", { name: "People" }).click();
  await page.getByRole("button", { name: "Make an invitation link" }).click();
  // No clipboard here: the link can still be read and copied by hand, and names the address people can reach.
  await expect(page.getByRole("textbox", { name: "Invitation link" })).toHaveValue(new RegExp(`^${product.address}/`));
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
});
