import type { AbuseWorld } from "./abuse-world.ts";
import { runAttacks } from "./run-attacks.ts";

/**
 * Attackers in a process of their own, so that their work does not slow the clocks of the honest: forked with
 * `attackers-process.ts <seed> <messages>`; is told the world, and of every new address; tells what it sent.
 */
const [seed, messages] = process.argv.slice(2).map(Number);
let world: AbuseWorld | null = null;

process.on("message", (told: AbuseWorld) => {
  const first = world === null;
  world = told;
  if (!first) return;
  runAttacks(() => world ?? told, { seed, messages }).then(
    (sent) => process.send?.(Object.fromEntries(sent), () => process.exit(0)),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
