import type { OutboxRow, OutboxStore, QuarantinedEdit } from "../../core/sync/unsent/outbox.ts";

const DATABASE = "karyoloop-outbox";
const VERSION = 1;

/** Rows of all volumes and people of this browser; the key counts up and is the order of the log. */
export interface StoredRow {
  readonly owner: string;
  readonly id: string;
  readonly row: OutboxRow;
}

export interface StoredEdit {
  readonly owner: string;
  readonly edit: QuarantinedEdit;
}

export function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(DATABASE, VERSION);
    request.onupgradeneeded = () => {
      const rows = request.result.createObjectStore("rows", { autoIncrement: true });
      rows.createIndex("owner", "owner");
      rows.createIndex("id", ["owner", "id"], { unique: true });
      request.result.createObjectStore("quarantine", { autoIncrement: true }).createIndex("owner", "owner");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's storage cannot be opened"));
    request.onblocked = () => reject(new Error("another tab holds an older storage open"));
  });
}

const finished = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the browser did not keep an edit"));
  });

export const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** The outbox of one person and volume in IndexedDB: a write that resolved survives the page (R19). */
export class IndexedDbOutbox implements OutboxStore {
  readonly #owner: string;
  readonly #database: Promise<IDBDatabase>;

  constructor(volumeId: string, userId: string, factory: IDBFactory | undefined = globalThis.indexedDB) {
    this.#owner = `${volumeId} ${userId}`;
    this.#database = factory
      ? openDatabase(factory)
      : Promise.reject(new Error("this browser has no storage for edits"));
    this.#database.catch(() => {}); // every use reports it
  }

  async load(): Promise<OutboxRow[]> {
    const rows = await this.#all<StoredRow>("rows");
    return rows.map(({ row }) => row);
  }

  async append(rows: readonly OutboxRow[]): Promise<void> {
    const transaction = await this.#write("rows");
    for (const row of rows)
      transaction.objectStore("rows").add({ owner: this.#owner, id: row.id, row } satisfies StoredRow);
    await finished(transaction);
  }

  async replace(row: OutboxRow): Promise<void> {
    const transaction = await this.#write("rows");
    const store = transaction.objectStore("rows");
    const key = await answerOf(store.index("id").getKey([this.#owner, row.id]));
    if (key !== undefined) store.put({ owner: this.#owner, id: row.id, row } satisfies StoredRow, key);
    await finished(transaction);
  }

  async remove(ids: readonly string[]): Promise<void> {
    const transaction = await this.#write("rows");
    const store = transaction.objectStore("rows");
    for (const id of ids) {
      const request = store.index("id").getKey([this.#owner, id]);
      request.onsuccess = () => {
        if (request.result !== undefined) store.delete(request.result);
      };
    }
    await finished(transaction);
  }

  async loadQuarantine(): Promise<QuarantinedEdit[]> {
    const edits = await this.#all<StoredEdit>("quarantine");
    return edits.map(({ edit }) => edit);
  }

  async quarantine(edit: QuarantinedEdit): Promise<void> {
    const transaction = await this.#write("quarantine");
    transaction.objectStore("quarantine").add({ owner: this.#owner, edit } satisfies StoredEdit);
    await finished(transaction);
  }

  async clearQuarantine(): Promise<void> {
    const transaction = await this.#write("quarantine");
    const store = transaction.objectStore("quarantine");
    const request = store.index("owner").getAllKeys(this.#owner);
    request.onsuccess = () => {
      for (const key of request.result) store.delete(key);
    };
    await finished(transaction);
  }

  /** Index order is the order of keys: that of appending. */
  async #all<T>(name: string): Promise<T[]> {
    const store = (await this.#database).transaction(name).objectStore(name);
    return answerOf<T[]>(store.index("owner").getAll(this.#owner));
  }

  async #write(name: string): Promise<IDBTransaction> {
    return (await this.#database).transaction(name, "readwrite");
  }
}
