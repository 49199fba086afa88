import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, type Locator, type Page } from "@playwright/test";

const FOLDER = path.resolve(import.meta.dirname, "../../docs/pictures");
/** Of 256. Camera noise is most of a PNG of the editor; in such steps it is half as large and looks the same. */
const GREY_STEP = 10;

/** What the page, or a part of it, shows now, as docs/pictures/NAME.png. */
export async function takePicture(page: Page, name: string, part: Page | Locator = page): Promise<void> {
  // Notices fade by themselves; a picture shows the page without them.
  await expect(page.locator(".mantine-Notification-root")).toHaveCount(0);
  await expect(page.locator(".mantine-Skeleton-root")).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
  const shot = await whenStill(part);
  await writeFile(path.join(FOLDER, `${name}.png`), await withFewerGreys(page, shot));
}

/** Image bricks and surfaces come one by one: the picture is taken when two in a row are alike. */
async function whenStill(part: Page | Locator): Promise<Buffer> {
  let last: Buffer = Buffer.alloc(0);
  const standsStill = async (): Promise<boolean> => {
    const next = await part.screenshot({ animations: "disabled", caret: "hide" });
    const same = next.equals(last);
    last = next;
    return same;
  };
  await expect.poll(standsStill, { timeout: 60_000, intervals: [700] }).toBe(true);
  return last;
}

/** The browser reads and writes PNG: no library is needed for it. */
async function withFewerGreys(page: Page, png: Buffer): Promise<Buffer> {
  const url = await page.evaluate(
    async ([source, step]) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.naturalWidth;
      canvas.height = image.naturalHeight;
      const context = canvas.getContext("2d");
      if (!context) throw new Error("the browser gives no canvas");
      context.drawImage(image, 0, 0);
      const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
      pixels.data.forEach((value, i) => {
        pixels.data[i] = value === 255 ? 255 : Math.round(value / step) * step;
      });
      context.putImageData(pixels, 0, 0);
      return canvas.toDataURL("image/png");
    },
    [`data:image/png;base64,${png.toString("base64")}`, GREY_STEP] as const,
  );
  return Buffer.from(url.split(",")[1], "base64");
}
