import { cacheFolder } from "./cache-folder.ts";
import { registerNativeBackend } from "./native-engine.ts";
import { readReadyBinding } from "./setup/ready-binding.ts";

/** Makes native TensorFlow the backend of a test; the reason to skip it where the library is not set up. */
export async function registerNativeForTest(): Promise<string | null> {
  const ready = await readReadyBinding(cacheFolder(), "native-cpu");
  if (!ready) return "native TensorFlow is not set up: npm run setup:tensorflow";
  await registerNativeBackend(ready.addonPath);
  return null;
}
