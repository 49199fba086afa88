/** A page has one socket; a page that lost its network may have a second until the server has noticed. */
const MAX_OF_PERSON = 32;
const MAX_OF_VOLUME = 500;

/** How many sockets are open, by person, in all volumes of the process. */
export class OpenSockets {
  readonly #ofPerson = new Map<string, number>();

  /** A sentence for the person when one more would be too many; null when it has been counted. */
  admit(userId: string, onVolume: number): string | null {
    const open = this.#ofPerson.get(userId) ?? 0;
    if (open >= MAX_OF_PERSON) return `You have ${open} volumes open already. Close some, then reload this page.`;
    if (onVolume >= MAX_OF_VOLUME) return `${onVolume} pages have this volume open already. Reload this page later.`;
    this.#ofPerson.set(userId, open + 1);
    return null;
  }

  closed(userId: string): void {
    const open = this.#ofPerson.get(userId) ?? 0;
    if (open > 1) this.#ofPerson.set(userId, open - 1);
    else this.#ofPerson.delete(userId);
  }
}
