import type { Page } from "@playwright/test";
import type { RunningProduct } from "./running-server.ts";

export const PASSWORD = "correct horse battery";

/** Makes the first account through the printed link, by hand, and ends on the projects page. */
export async function makeFirstAccount(page: Page, product: RunningProduct, name = "Ada Lovelace"): Promise<void> {
  await page.goto(product.firstAccountLink ?? "no link was printed");
  await fillAccount(page, name);
  await page.getByRole("button", { name: "Make the account" }).click();
  await page.waitForURL("**/projects");
}

export const emailOf = (name: string): string => `${name.toLowerCase().replace(/\W+/g, ".")}@example.org`;

export async function fillAccount(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Email").fill(emailOf(name));
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByLabel("Password again").fill(PASSWORD);
}

/** Types email and password; what comes then may be a code's turn. */
export async function typePassword(page: Page, address: string, name: string): Promise<void> {
  await page.goto(`${address}/sign-in`);
  await page.getByLabel("Email").fill(emailOf(name));
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

export async function signInAs(page: Page, address: string, name: string): Promise<void> {
  await typePassword(page, address, name);
  await page.waitForURL("**/projects");
}
