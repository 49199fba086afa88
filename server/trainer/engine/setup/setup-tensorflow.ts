import { cacheFolder } from "../cache-folder.ts";
import { setUpBinding } from "./set-up-binding.ts";
import { probeSystem } from "./system-probes.ts";

/** `npm run setup:tensorflow`: progress as JSON lines; exit code 0 even where wasm has to do, as nothing fails for lack of it. */
const result = await setUpBinding({
  cache: cacheFolder(),
  probes: probeSystem(),
  report: (progress) => void process.stdout.write(`${JSON.stringify(progress)}\n`),
});
if ("problem" in result) process.stderr.write(`${result.problem.message} Training uses the wasm engine.\n`);
