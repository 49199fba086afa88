import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, type Page } from "@playwright/test";

const FOLDER = path.resolve(import.meta.dirname, "../../docs/pictures");
/** Of 256. Camera noise is most of a PNG of the editor; in such steps it is half as large and looks the same. */
const GREY_STEP = 12;
/** Colours show a step sooner: the dark grounds would be tinted. */
const COLOUR_STEP = 4;

/** What the page shows now, as docs/pictures/NAME.png. */
export async function takePicture(page: Page, name: string): Promise<void> {
  // Notices fade by themselves; a picture shows the page without them.
  await expect(page.locator(".mantine-Notification-root")).toHaveCount(0);
  await expect(page.locator(".mantine-Skeleton-root")).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
  const shot = await whenStill(page);
  await writeFile(path.join(FOLDER, `${name}.png`), await withFewerGreys(page, shot));
}

/** Image bricks and surfaces come one by one: the picture is taken when two in a row are alike. */
async function whenStill(page: Page): Promise<Buffer> {
  let last: Buffer = Buffer.alloc(0);
  const standsStill = async (): Promise<boolean> => {
    const next = await page.screenshot({ animations: "disabled", caret: "hide" });
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
    async ([source, greyStep, colourStep]) => {
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
      const { data } = pixels;
      for (let i = 0; i < data.length; i += 4) {
        const step = data[i] === data[i + 1] && data[i] === data[i + 2] ? greyStep : colourStep;
        for (let channel = i; channel < i + 3; channel++)
          if (data[channel] !== 255) data[channel] = Math.round(data[channel] / step) * step;
      }
      context.putImageData(pixels, 0, 0);
      return canvas.toDataURL("image/png");
    },
    [`data:image/png;base64,${png.toString("base64")}`, GREY_STEP, COLOUR_STEP] as const,
  );
  return Buffer.from(url.split(",")[1], "base64");
}
