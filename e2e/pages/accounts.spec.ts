import { expect, test } from "@playwright/test";
import { emailOf, fillAccount, makeFirstAccount, PASSWORD, signInAs } from "../server/first-person.ts";
import { type RunningProduct, startProduct } from "../server/running-server.ts";

test.describe.configure({ mode: "serial" });

let product: RunningProduct;
test.beforeAll(async () => {
  product = await startProduct({ fromNothing: true });
});
test.afterAll(() => product?.stop());

test("the printed link makes the first account, is not used up by opening it, and works once", async ({
  page,
  browser,
}) => {
  await page.goto(product.firstAccountLink ?? "");
  await expect(page.getByRole("button", { name: "Make the account" })).toBeVisible();
  await fillAccount(page, "Ada Lovelace");
  await page.getByLabel("Email").fill("ada@lab"); // browsers take it
  await page.getByRole("button", { name: "Make the account" }).click();
  await expect(page.getByText("Email: this is not an address like name@example.org")).toBeVisible();
  await makeFirstAccount(page, product);
  await expect(page.getByText("No projects yet")).toBeVisible();
  await expect(page.getByRole("button", { name: "New project" })).toBeVisible();

  const other = await (await browser.newContext()).newPage();
  await other.goto(product.firstAccountLink ?? "");
  await expect(other.getByText("This link does not work any more.")).toBeVisible();
  await other.context().close();
});

test("whoever is not signed in is sent to the sign-in page and back", async ({ page }) => {
  await page.goto(`${product.address}/account`);
  await page.waitForURL("**/sign-in?next=%2Faccount");
  await page.getByLabel("Email").fill(emailOf("Ada Lovelace"));
  await page.getByRole("textbox", { name: "Password" }).fill("not the password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("Email or password is wrong.")).toBeVisible();
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/account");
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
});

test("an owner invites somebody, who joins with a new account and the role of the invitation", async ({
  page,
  browser,
}) => {
  await signInAs(page, product.address, "Ada Lovelace");
  await page.getByRole("button", { name: "New project" }).first().click();
  await page.getByLabel("Name").fill("Blastocysts");
  await page.getByRole("button", { name: "Make the project" }).click();
  await page.waitForURL("**/projects/*");
  await page.getByRole("tab", { name: "People" }).click();
  await page.getByRole("button", { name: "Make an invitation link" }).click();
  const link = await page.getByRole("textbox", { name: "Invitation link" }).inputValue();
  expect(link).toContain("/join#");

  const other = await (await browser.newContext()).newPage();
  await other.goto(link);
  await expect(other.getByRole("heading", { name: "Join “Blastocysts”" })).toBeVisible();
  await fillAccount(other, "Grace Hopper");
  await other.getByRole("button", { name: "Make an account and join" }).click();
  await other.waitForURL("**/projects/*");
  await expect(other.getByRole("heading", { name: "Blastocysts" })).toBeVisible();
  await expect(other.getByRole("tab", { name: "Settings" })).toHaveCount(0); // an annotator

  await expect(page.getByRole("cell", { name: /Grace Hopper/ }).first()).toBeVisible(); // by the stream of events
  await other.goto(link);
  await expect(other.getByText("This link does not work any more.")).toBeVisible();
  await other.context().close();
});

test("the last owner cannot leave, and an administrator makes a reset link", async ({ page, browser }) => {
  await signInAs(page, product.address, "Ada Lovelace");
  await page.getByRole("link", { name: /Blastocysts/ }).click();
  await page.getByRole("tab", { name: "People" }).click();
  await page.getByRole("button", { name: "Leave" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
  await expect(page.getByText("A project needs an owner.")).toBeVisible();

  await page.goto(`${product.address}/installation`);
  await page
    .getByRole("row", { name: /Grace Hopper/ })
    .getByRole("button", { name: "Make a reset link" })
    .click();
  const link = await page.getByRole("textbox", { name: "Reset link for Grace Hopper" }).inputValue();
  const other = await (await browser.newContext()).newPage();
  await other.goto(link);
  await other.getByLabel("New password").fill("another long password");
  await other.getByRole("button", { name: "Set the password" }).click();
  await expect(other.getByRole("heading", { name: "Password changed" })).toBeVisible();
  await other.reload();
  await expect(other.getByText("This link does not work any more.")).toBeVisible();
  await other.context().close();
});

test("a program uses the server with a token that is shown once, until it is taken back", async ({ page, request }) => {
  await signInAs(page, product.address, "Ada Lovelace");
  await page.goto(`${product.address}/account`);
  const tokens = page
    .getByRole("region", { name: "Tokens for programs" })
    .or(page.locator("section", { hasText: "Tokens for programs" }));
  await tokens.getByLabel("Name").fill("notebook");
  await tokens.getByRole("button", { name: "Make a token" }).click();
  const token = await tokens.getByRole("textbox", { name: "Token", exact: true }).inputValue();
  const ask = () =>
    request.get(`${product.address}/api/v1/projects`, { headers: { authorization: `Bearer ${token}` } });
  const answer = await ask();
  expect(answer.status()).toBe(200);
  expect((await answer.json()).map(({ name }: { name: string }) => name)).toContain("Blastocysts");
  await page.reload();
  await expect(tokens.getByText("notebook")).toBeVisible();
  await expect(tokens.getByRole("textbox", { name: "Token", exact: true })).toHaveCount(0);
  await tokens.getByRole("link", { name: "reference of the API" }).click();
  await expect(
    page.getByRole("heading", { name: "The labels of a volume as they are now, as OME-Zarr 0.5" }),
  ).toBeVisible();
  await page.getByRole("link", { name: "Volume", exact: true }).first().click();
  await expect(page.getByRole("heading", { name: "Volume", exact: true })).toBeInViewport();
  await page.goBack();
  await page.goto(`${product.address}/account`);
  await tokens.getByRole("button", { name: "Take back notebook" }).click();
  await expect(tokens.getByText("You have no token.")).toBeVisible();
  expect((await ask()).status()).toBe(401);
});
