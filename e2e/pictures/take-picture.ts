import path from "node:path";
import { expect, type Page } from "@playwright/test";

const FOLDER = path.resolve(import.meta.dirname, "../../docs/pictures");

/** What the page shows now, as docs/pictures/NAME.png. */
export async function takePicture(page: Page, name: string): Promise<void> {
  // Notices fade by themselves; a picture shows the page without them.
  await expect(page.locator(".mantine-Notification-root")).toHaveCount(0);
  await expect(page.locator(".mantine-Skeleton-root")).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: path.join(FOLDER, `${name}.png`), animations: "disabled", caret: "hide" });
}
