import { expect, test } from "@playwright/test";
import { makeFirstAccount } from "../server/first-person.ts";
import { type RunningProduct, startProduct } from "../server/running-server.ts";

let product: RunningProduct;
test.beforeAll(async () => {
  product = await startProduct();
});
test.afterAll(() => product?.stop());

test("a project from its first minute to its deletion", async ({ page }) => {
  await makeFirstAccount(page, product);
  await page.getByRole("button", { name: "New project" }).click();
  await page.getByLabel("Name").fill("Ovules");
  await page.getByLabel("Description").fill("Arabidopsis, confocal.");
  await page.getByRole("button", { name: "Make the project" }).click();
  await page.waitForURL("**/projects/*");
  await expect(page.getByText("No volumes yet")).toBeVisible();
  await expect(page.getByRole("link", { name: "Import volumes" })).toBeVisible();

  await page.getByRole("tab", { name: "Guidelines" }).click();
  await page.getByRole("button", { name: "Write guidelines" }).click();
  await page
    .getByRole("textbox", { name: "Guidelines" })
    .fill("# Rules\n\n- **touching** nuclei are two\n\n<script>alert(1)</script>");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: "Rules" })).toBeVisible();
  await expect(page.getByText("<script>alert(1)</script>").last()).toBeVisible(); // as text

  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByRole("combobox", { name: "Licence of the data" }).fill("CC-BY-4.0");
  await page.keyboard.press("Tab"); // its list of licences closes
  await page.getByRole("button", { name: "Save", exact: true }).first().click();
  await expect(page.getByText("Saved.").first()).toBeVisible();
  await page.getByRole("button", { name: "Add a class" }).click();
  await page.getByLabel("Name of new class").fill("polyploid");
  await page
    .getByRole("row")
    .filter({ has: page.getByLabel("Name of new class") })
    .getByRole("button", { name: "Save" })
    .click();
  await expect(page.getByLabel("Name of polyploid")).toBeVisible();
  await expect(page.getByLabel("Number key of polyploid")).toHaveValue("4");
  await page.getByLabel("Number key of polyploid").selectOption("1");
  await page
    .getByRole("row")
    .filter({ has: page.getByLabel("Name of polyploid") })
    .getByRole("button", { name: "Save" })
    .click();
  await expect(page.getByText("Another class of this project has this name or number key.")).toBeVisible();
  await page.getByLabel("Minutes of one training").fill("1");
  await page.getByLabel("Decisions until the next training").fill("5");
  await page.getByRole("button", { name: "Save", exact: true }).last().click();
  await page.reload();
  await expect(page.getByLabel("Minutes of one training")).toHaveValue("1");
  await expect(page.getByRole("combobox", { name: "Licence of the data" })).toHaveValue("CC-BY-4.0");

  await page.getByRole("button", { name: "Delete this project…" }).click();
  const remove = page.getByRole("button", { name: "Delete the project", exact: true });
  await expect(remove).toBeDisabled();
  await page.getByLabel("Type “Ovules” to confirm").fill("Ovules");
  await remove.click();
  await page.waitForURL("**/projects");
  await expect(page.getByText("No projects yet")).toBeVisible();
});
