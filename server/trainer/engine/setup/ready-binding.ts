import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const readyBindingSchema = z.object({
  engine: z.enum(["native-gpu", "native-cpu"]),
  /** The wheel's file name: says the version. */
  wheel: z.string(),
  addonPath: z.string(),
});

/** A binding that was built and has convolved on this machine. */
export type ReadyBinding = z.infer<typeof readyBindingSchema>;

/** One folder per engine, platform and processor, so that a shared home folder serves several machines. */
export const bindingFolder = (cache: string, engine: ReadyBinding["engine"]): string =>
  join(cache, "tensorflow", `${engine}-${process.platform}-${process.arch}`);

const mark = (cache: string, engine: ReadyBinding["engine"]) => join(bindingFolder(cache, engine), "ready.json");

export async function readReadyBinding(cache: string, engine: ReadyBinding["engine"]): Promise<ReadyBinding | null> {
  try {
    return readyBindingSchema.parse(JSON.parse(await readFile(mark(cache, engine), "utf8")));
  } catch {
    return null; // missing or cut off: set up again
  }
}

export async function writeReadyBinding(cache: string, binding: ReadyBinding): Promise<void> {
  const path = mark(cache, binding.engine);
  await writeFile(`${path}.new`, JSON.stringify(binding));
  await rename(`${path}.new`, path);
}
