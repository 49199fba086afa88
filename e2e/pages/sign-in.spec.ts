import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
import { codeNow } from "../server/authenticator-app.ts";
import { makeFirstAccount, signInAs, typePassword } from "../server/first-person.ts";
import { type RunningProduct, startProduct } from "../server/running-server.ts";

test.describe.configure({ mode: "serial" });

const ADA = "Ada Lovelace";
let product: RunningProduct;
/** By this name of the computer browsers allow passkeys. */
let localhost: string;
test.beforeAll(async () => {
  product = await startProduct();
  localhost = product.address.replace("127.0.0.1", "localhost");
});
test.afterAll(() => product?.stop());

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
}

test("a session that is ended from another browser leads to the sign-in page there", async ({ page, browser }) => {
  await makeFirstAccount(page, product);
  await page.getByRole("button", { name: "New project" }).click();
  await page.getByLabel("Name").fill("Embryos");
  await page.getByRole("button", { name: "Make the project" }).click();
  await page.waitForURL("**/projects/*");

  const other = await (await browser.newContext()).newPage();
  await signInAs(other, product.address, ADA);
  await other.goto(`${product.address}/account`);
  const sessions = other.getByRole("row", { name: /Chrome/ });
  await expect(sessions).toHaveCount(2);
  await expect(other.getByRole("row", { name: /this one/ })).toHaveCount(1);
  await sessions.getByRole("button", { name: "End", exact: true }).click();
  await expect(sessions).toHaveCount(1);
  // Nobody touches the first browser: its stream of events ends, and the page finds nobody signed in.
  await page.waitForURL("**/sign-in?next=*");
  await other.context().close();
});

let codes: readonly string[] = [];

test("an app for codes is set up, and a recovery code signs in where the phone is not at hand", async ({ page }) => {
  await signInAs(page, product.address, ADA);
  await page.goto(`${product.address}/account`);
  await page.getByRole("button", { name: "Set up an app" }).click();
  await expect(page.getByRole("img", { name: "QR code for the authenticator app" })).toBeVisible();
  const secret = await page.locator("code").first().innerText();
  await page.getByRole("textbox", { name: "Code", exact: true }).fill("000000");
  await page.getByRole("button", { name: "Turn it on" }).click();
  await expect(page.getByText("This code is not right.")).toBeVisible();
  await page.getByRole("textbox", { name: "Code", exact: true }).fill(codeNow(secret));
  await page.getByRole("button", { name: "Turn it on" }).click();
  await expect(page.getByText("Keep these recovery codes.")).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download" }).click(),
  ]);
  codes = (await readFile(await download.path(), "utf8")).match(/^\w{4}-\w{4}-\w{4}$/gm) ?? [];
  expect(codes).toHaveLength(10);
  await page.getByRole("button", { name: "I have kept them" }).click();
  await expect(page.getByText("10 of 10 recovery codes are left.")).toBeVisible();
  await signOut(page);

  await typePassword(page, product.address, ADA);
  await page.getByRole("button", { name: "Use a recovery code" }).click();
  await page.getByLabel("Recovery code").fill("aaaa-bbbb-cccc");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("This recovery code is not right")).toBeVisible();
  await page.getByLabel("Recovery code").fill(codes[0]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/projects");
  await page.goto(`${product.address}/account`);
  await expect(page.getByText("9 of 10 recovery codes are left.")).toBeVisible();
  // By its number this computer has no name that a passkey could be bound to.
  await expect(page.getByText("Passkeys do not work at this address.")).toBeVisible();
  await expect(page.getByRole("link", { name: localhost })).toBeVisible();
});

test("a passkey is added, renamed, signs in without password and code, and is removed", async ({ page }) => {
  const devices = await page.context().newCDPSession(page);
  await devices.send("WebAuthn.enable");
  await devices.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await typePassword(page, localhost, ADA);
  await page.getByRole("button", { name: "Use a recovery code" }).click();
  await page.getByLabel("Recovery code").fill(codes[1]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/projects");
  await page.goto(`${localhost}/account`);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("textbox", { name: /^Name of/ }).fill("Laptop");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("row", { name: /Laptop/ })).toContainText("never");
  await signOut(page);

  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.waitForURL("**/projects");
  await page.goto(`${localhost}/account`);
  await expect(page.getByRole("row", { name: /this one/ })).toContainText("by passkey");
  await expect(page.getByRole("row", { name: /Laptop/ })).not.toContainText("never");
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(page.getByText("None yet.")).toBeVisible();
  await signOut(page);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByText("The passkey was not accepted.")).toBeVisible();
});
