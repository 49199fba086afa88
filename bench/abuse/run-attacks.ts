import { SeededRandom } from "../co-editing/seeded-random.ts";
import type { AbuseWorld } from "./abuse-world.ts";
import type { Attack } from "./attack.ts";
import { fileAttacks } from "./file-attacks.ts";
import { requestAttacks } from "./request-attacks.ts";
import { socketAttacks } from "./socket-attacks.ts";

/** The longest first. */
export const attacks: readonly Attack[] = [...fileAttacks, ...socketAttacks, ...requestAttacks];

/** Attackers at work at the same time. */
const ATTACKERS = 6;
/** What one attack counts for at most: a flood of the same is no wide attack. */
const MOST_COUNTED = 12;

function draw(random: SeededRandom): Attack {
  let at = random.below(attacks.reduce((sum, { weight }) => sum + weight, 0));
  for (const attack of attacks) {
    if (at < attack.weight) return attack;
    at -= attack.weight;
  }
  return attacks[0];
}

/**
 * Every attack once, then drawn ones until `messages` were sent, those of a flood beyond the first dozen not counted.
 * @returns messages and requests sent, by attack
 */
export async function runAttacks(
  world: () => AbuseWorld,
  options: { readonly seed: number; readonly messages: number },
): Promise<Map<string, number>> {
  const sent = new Map<string, number>(attacks.map(({ name }) => [name, 0]));
  const first = [...attacks];
  let total = 0;
  const attacker = async (random: SeededRandom): Promise<void> => {
    while (first.length > 0 || total < options.messages) {
      const attack = first.shift() ?? draw(random);
      const count = await attack.send(world(), random);
      sent.set(attack.name, (sent.get(attack.name) ?? 0) + count);
      total += Math.min(count, MOST_COUNTED);
    }
  };
  await Promise.all(Array.from({ length: ATTACKERS }, (_, i) => attacker(new SeededRandom(options.seed * 7919 + i))));
  return sent;
}
