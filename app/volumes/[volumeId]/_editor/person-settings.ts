import type { KeptSettings } from "../../../../components/editor/editor-contract.ts";
import { type SettingName, settingNames } from "../../../../core/setting-name.ts";

/** The server's side of it. */
export interface SettingsApi {
  load(): Promise<Readonly<Record<string, unknown>>>;
  keep(name: SettingName, value: unknown): Promise<void>;
}

interface Kept {
  readonly value: unknown;
  /** The server has not said yet that it has it. */
  readonly unsent?: true;
}

type SettingsStorage = Pick<Storage, "getItem" | "setItem">;

/**
 * The settings of a person: the server keeps them, and this browser a copy, so that a page opens with the right keys before the server
 * has answered, or without it. What was set without a connection is sent later and stands.
 */
export class PersonSettings implements KeptSettings {
  readonly #storageKey: string;
  readonly #api: SettingsApi;
  readonly #storage: () => SettingsStorage;
  readonly #listeners = new Set<() => void>();
  readonly #kept = new Map<SettingName, Kept>();
  #sending: Promise<void> = Promise.resolve();
  #isKnown = false;

  constructor(userId: string, api: SettingsApi, storage: () => SettingsStorage = () => globalThis.localStorage) {
    this.#storageKey = `karyoloop.settings.${userId}`;
    this.#api = api;
    this.#storage = storage;
    this.#readCopy();
  }

  get isKnown(): boolean {
    return this.#isKnown;
  }

  get(name: SettingName): unknown {
    return this.#kept.get(name)?.value;
  }

  set(name: SettingName, value: unknown): void {
    this.#put(name, { value, unsent: true });
    this.#send(name);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes what the server has, but for what it has not been told yet. Quiet where it cannot be reached: the copy goes on. */
  async load(): Promise<void> {
    const stored = await this.#api.load().catch(() => null);
    if (!stored) return;
    const isFirst = !this.#isKnown;
    this.#isKnown = true;
    for (const name of settingNames)
      if (this.#kept.get(name)?.unsent) this.#send(name);
      else if (name in stored) this.#put(name, { value: stored[name] });
    if (isFirst) this.#tell();
  }

  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void> {
    return this.#sending;
  }

  /** One at a time: the last one that was set is the last one that arrives. */
  #send(name: SettingName): void {
    this.#sending = this.#sending.then(async () => {
      const now = this.#kept.get(name);
      if (!now?.unsent) return;
      try {
        await this.#api.keep(name, now.value);
        if (this.#kept.get(name) === now) this.#put(name, { value: now.value });
      } catch {
        // It is in the copy: the next page sends it.
      }
    });
  }

  #put(name: SettingName, kept: Kept): void {
    const isNews = JSON.stringify(this.get(name)) !== JSON.stringify(kept.value);
    this.#kept.set(name, isNews ? kept : { ...kept, value: this.get(name) });
    try {
      this.#storage().setItem(this.#storageKey, JSON.stringify(Object.fromEntries(this.#kept)));
    } catch {
      // Browsers may forbid storage: then the server's answer is waited for.
    }
    if (isNews) this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #readCopy(): void {
    try {
      const text = this.#storage().getItem(this.#storageKey);
      if (text === null) return;
      const copy = JSON.parse(text) as Record<string, Kept>;
      for (const name of settingNames)
        if (copy[name]?.value !== undefined)
          this.#kept.set(name, { value: copy[name].value, ...(copy[name].unsent && { unsent: true }) });
      this.#isKnown = true;
    } catch {
      // No copy, or none of ours.
    }
  }
}
