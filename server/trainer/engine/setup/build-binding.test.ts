import { existsSync } from "node:fs";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cacheFolder } from "../cache-folder.ts";
import { buildBinding } from "./build-binding.ts";
import { bindingFolder } from "./ready-binding.ts";
import { verifyBinding } from "./verify-binding.ts";

const library = join(bindingFolder(cacheFolder(), "native-cpu"), "deps");
const missing = existsSync(library) ? "" : ": native TensorFlow is not set up here";

it.skipIf(missing)(
  `compiles on this Node, without headers beside it, to an addon that convolves${missing}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "kl-binding-"));
    try {
      await symlink(library, join(folder, "deps"));
      const addon = await buildBinding(folder);
      expect(await verifyBinding(addon)).toEqual({ verified: { usesGpu: false } });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  180_000,
);
