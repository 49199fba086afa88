import { HttpRefusal } from "../../entrance/route.ts";

interface Turns {
  running: number;
  readonly waiting: (() => void)[];
}

/** So many requests of a person at once; the next ones wait in line, and a line that is too long is an answer. */
export class PersonTurns {
  readonly #atOnce: number;
  readonly #longest: number;
  readonly #people = new Map<string, Turns>();

  constructor(atOnce: number, longest: number) {
    this.#atOnce = atOnce;
    this.#longest = longest;
  }

  async take<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const turns = this.#people.get(userId) ?? { running: 0, waiting: [] };
    this.#people.set(userId, turns);
    if (turns.running < this.#atOnce) turns.running++;
    else if (turns.waiting.length >= this.#longest) throw new HttpRefusal(429, "Your other requests come first.");
    else await new Promise<void>((resolve) => turns.waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place goes to the next one without ever being free.
      const next = turns.waiting.shift();
      if (next) next();
      else if (--turns.running === 0) this.#people.delete(userId);
    }
  }
}
