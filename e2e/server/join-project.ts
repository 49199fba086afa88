import type { Browser, Page } from "@playwright/test";
import type { Role } from "../../core/roles.ts";
import { change } from "./call-procedure.ts";
import { fillAccount } from "./first-person.ts";

/** A new person in a browser of their own, invited by the owner on `host` and signed in. */
export async function joinProject(
  browser: Browser,
  host: Page,
  invitation: { readonly address: string; readonly projectId: string; readonly name: string; readonly role: Role },
): Promise<Page> {
  const { address, projectId, name, role } = invitation;
  const { url } = await change<{ url: string }>(host, address, "invitation.create", { projectId, role, days: 1 });
  const page = await (await browser.newContext()).newPage();
  await page.goto(url);
  await fillAccount(page, name);
  await page.getByRole("button", { name: "Make an account and join" }).click();
  await page.waitForURL("**/projects/*");
  return page;
}
