import { createHash, randomUUID } from "node:crypto";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/*
 * A server that keeps to what https://developers.zenodo.org says of depositions, written from that page and not from our client, for
 * tests: drafts, buckets, metadata, publishing, new versions, with their limits and refusals. And it fails as it is told to.
 */

export interface ContractFile {
  readonly id: string;
  readonly name: string;
  readonly content: Buffer;
  readonly md5: string;
}

interface Deposit {
  readonly id: number;
  readonly concept: number;
  readonly owner: string;
  readonly bucket: string;
  metadata: Record<string, unknown>;
  files: Map<string, ContractFile>;
  submitted: boolean;
  draftOfNext: number | null;
}

/** What goes wrong with the requests that `on` matches (`PUT /api/files/…`), so many `times`. */
export interface Fault {
  readonly on: RegExp;
  readonly times: number;
  /**
   * A status instead of the answer; `drop`: the connection breaks at once; `drop-midway`: after the first bytes of a body; `lost`: it is
   * done, and the connection breaks before the answer; `silent`: nothing is ever said; `corrupt`: one bit of the file changes on the
   * way; `elsewhere`: addresses in the answer lead to another host; `redirect`; `garbled`: no JSON; `endless`: an answer without end.
   */
  readonly does:
    | { readonly status: number; readonly headers?: Record<string, string>; readonly message?: string }
    | "drop"
    | "drop-midway"
    | "lost"
    | "silent"
    | "corrupt"
    | "elsewhere"
    | "redirect"
    | "garbled"
    | "endless";
}

export interface ContractServer {
  readonly address: string;
  /** Of `ada`, with both scopes. */
  readonly token: string;
  /** `METHOD /path`, in order. */
  readonly requests: string[];
  /** Requests that had the token anywhere but in `Authorization`. */
  readonly leaks: string[];
  fail(fault: Fault): void;
  /** A token of this account; without `deposit:actions` it cannot publish. */
  addToken(owner: string, scopes?: readonly string[]): string;
  revoke(token: string): void;
  deposits(): readonly Deposit[];
  filesOf(id: string): ReadonlyMap<string, ContractFile>;
  /** As somebody does on its page. */
  deleteDraft(id: string): void;
  publishByHand(id: string): void;
  /** Called as each file has come in, before the answer. */
  onFile: ((name: string) => void | Promise<void>) | null;
  close(): Promise<void>;
}

const MAX_FILES = 100;

export async function startContractServer(
  given: { readonly quotaBytes?: number; readonly port?: number } = {},
): Promise<ContractServer> {
  const quotaBytes = given.quotaBytes ?? 50e9;
  const tokens = new Map<string, { owner: string; scopes: readonly string[] }>();
  const all = new Map<number, Deposit>();
  const requests: string[] = [];
  const leaks: string[] = [];
  let faults: Fault[] = [];
  let last = 1000;

  const addToken = (owner: string, scopes = ["deposit:write", "deposit:actions"]): string => {
    const token = createHash("sha256").update(randomUUID()).digest("hex").slice(0, 60);
    tokens.set(token, { owner, scopes });
    return token;
  };

  const takeFault = (request: string): Fault["does"] | null => {
    const fault = faults.find(({ on }) => on.test(request));
    if (!fault) return null;
    faults = faults.flatMap((one) => (one !== fault ? [one] : one.times > 1 ? [{ ...one, times: one.times - 1 }] : []));
    return fault.does;
  };

  const server = http.createServer((request, response) => {
    void answer(request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://contract");
    const told = `${request.method} ${url.pathname}`;
    requests.push(told);
    for (const token of tokens.keys())
      if (`${request.url}${JSON.stringify({ ...request.headers, authorization: "" })}`.includes(token))
        leaks.push(told);
    const fault = takeFault(told);
    if (fault === "silent") return;
    if (fault === "drop") return void request.socket.destroy();
    if (fault === "drop-midway") return void request.once("data", () => request.socket.destroy());
    if (fault === "redirect") {
      response.writeHead(302, { location: "http://127.0.0.1:9/" });
      return void response.end();
    }
    if (fault === "garbled") {
      response.writeHead(200, { "content-type": "text/html" });
      return void response.end("<html>Maintenance</html>");
    }
    if (fault === "endless") {
      response.writeHead(200, { "content-type": "application/json" });
      const piece = Buffer.alloc(1 << 16, 32);
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once("drain", more);
      };
      return more();
    }
    const isRefusal = typeof fault === "object" && fault !== null;
    const reply = isRefusal
      ? {
          status: fault.status,
          json: { status: fault.status, message: fault.message ?? "as told" },
          headers: fault.headers,
        }
      : await route(request, url, fault === "corrupt");
    if (fault === "lost") return void request.socket.destroy();
    let text = reply.json === undefined ? "" : JSON.stringify(reply.json);
    if (fault === "elsewhere") text = text.replaceAll(/http:\/\/127\.0\.0\.1:\d+\/api/g, "http://169.254.169.254/api");
    response.writeHead(reply.status, {
      "content-type": "application/json",
      ...("headers" in reply ? reply.headers : {}),
    });
    response.end(text);
    request.resume();
  }

  type Reply = { readonly status: number; readonly json?: unknown };
  const refuse = (status: number, message: string, errors?: object[]): Reply => ({
    status,
    json: { status, message, ...(errors && { errors }) },
  });

  async function route(request: IncomingMessage, url: URL, corrupt: boolean): Promise<Reply> {
    const who = tokens.get(/^Bearer (\w+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "");
    if (!who) return refuse(401, "The server could not verify that you are authorized to access the URL requested.");
    if (!who.scopes.includes("deposit:write")) return refuse(403, "Permission denied.");
    const [, bucket, name] = /^\/api\/files\/([^/]+)\/([^/]+)$/.exec(url.pathname) ?? [];
    if (bucket) return putFile(request, who.owner, bucket, decodeURIComponent(name), corrupt);
    const [, id, rest = ""] = /^\/api\/deposit\/depositions(?:\/(\d+))?(\/.*)?$/.exec(url.pathname) ?? [];
    if (!url.pathname.startsWith("/api/deposit/depositions")) return refuse(404, "Not found.");
    const body = await readJson(request);
    if (body === "bad")
      return refuse(400, "The browser (or proxy) sent a request that this server could not understand.");
    if (id === undefined) {
      if (request.method === "GET") {
        const own = [...all.values()].filter(({ owner }) => owner === who.owner).sort((a, b) => b.id - a.id);
        return { status: 200, json: own.slice(0, Number(url.searchParams.get("size") ?? 10)).map(told) };
      }
      if (request.method !== "POST") return refuse(405, "Method not allowed.");
      return create(who.owner, body);
    }
    const deposit = all.get(Number(id));
    if (!deposit) return refuse(404, "PID does not exist.");
    if (deposit.owner !== who.owner) return refuse(403, "Permission denied.");
    return ofDeposit(`${request.method} ${rest}`, deposit, body, who.scopes);
  }

  function ofDeposit(asked: string, deposit: Deposit, body: unknown, scopes: readonly string[]): Reply {
    const fileId = /^DELETE \/files\/(.+)$/.exec(asked)?.[1];
    if (fileId !== undefined) {
      const file = [...deposit.files.values()].find(({ id }) => id === fileId);
      if (deposit.submitted) return refuse(403, "Deposition already submitted.");
      if (!file) return refuse(404, "File does not exist.");
      deposit.files.delete(file.name);
      return { status: 204 };
    }
    switch (asked) {
      case "GET ":
        return { status: 200, json: told(deposit) };
      case "PUT ": {
        if (deposit.submitted) return refuse(403, "Deposition already submitted.");
        const metadata = metadataOf(body);
        const errors = metadataErrors(metadata);
        if (errors.length > 0) return refuse(400, "Validation error.", errors);
        deposit.metadata = metadata;
        return { status: 200, json: told(deposit) };
      }
      case "DELETE ":
        if (deposit.submitted) return refuse(403, "Deposition already submitted.");
        remove(deposit.id);
        return { status: 201 };
      case "GET /files":
        return {
          status: 200,
          json: [...deposit.files.values()].map(({ id, name, content, md5 }) => ({
            id,
            filename: name,
            filesize: content.length,
            checksum: md5,
          })),
        };
      case "POST /actions/publish": {
        if (!scopes.includes("deposit:actions")) return refuse(403, "Permission denied.");
        if (deposit.submitted) return refuse(403, "Deposition already submitted.");
        const errors = metadataErrors(deposit.metadata);
        if (errors.length > 0) return refuse(400, "Validation error.", errors);
        if (deposit.files.size === 0)
          return refuse(400, "Validation error.", [{ field: "", message: "Minimum one file must be provided." }]);
        submit(deposit);
        return { status: 202, json: told(deposit) };
      }
      case "POST /actions/newversion": {
        if (!deposit.submitted) return refuse(400, "Only published records have new versions.");
        if (deposit.draftOfNext !== null) return refuse(400, "A draft of a new version exists already.");
        const next = add(deposit.owner, { ...deposit.metadata, version: "" }, deposit.concept);
        for (const file of deposit.files.values()) next.files.set(file.name, { ...file, id: randomUUID() });
        deposit.draftOfNext = next.id;
        // It answers with the earlier record, and the address of the draft.
        return { status: 201, json: told(deposit) };
      }
    }
    return refuse(405, "Method not allowed.");
  }

  function remove(id: number): void {
    all.delete(id);
    for (const one of all.values()) if (one.draftOfNext === id) one.draftOfNext = null;
  }

  function submit(deposit: Deposit): void {
    deposit.submitted = true;
    for (const one of all.values()) if (one.draftOfNext === deposit.id) one.draftOfNext = null;
  }

  function create(owner: string, body: unknown): Reply {
    const metadata = metadataOf(body);
    if (Object.keys(metadata).length > 0) {
      const errors = metadataErrors(metadata);
      if (errors.length > 0) return refuse(400, "Validation error.", errors);
    }
    return { status: 201, json: told(add(owner, metadata)) };
  }

  function add(owner: string, metadata: Record<string, unknown>, concept?: number): Deposit {
    const id = ++last;
    const files = new Map<string, ContractFile>();
    const bucket = randomUUID();
    const made: Deposit = {
      id,
      concept: concept ?? ++last,
      owner,
      bucket,
      metadata,
      files,
      submitted: false,
      draftOfNext: null,
    };
    all.set(id, made);
    return made;
  }

  function told({ id, concept, bucket, metadata, submitted, draftOfNext }: Deposit): object {
    const self = `${address()}/api/deposit/depositions/${id}`;
    const doi = `10.5072/zenodo.${id}`;
    return {
      id,
      conceptrecid: String(concept),
      created: "2026-01-01T00:00:00+00:00",
      modified: "2026-01-01T00:00:00+00:00",
      owner: 1,
      title: metadata.title ?? "",
      state: submitted ? "done" : "unsubmitted",
      submitted,
      ...(submitted && { doi, doi_url: `https://doi.org/${doi}`, record_id: id }),
      metadata: { ...metadata, ...(submitted ? { doi } : {}), prereserve_doi: { doi, recid: id } },
      links: {
        self,
        html: `${address()}/deposit/${id}`,
        files: `${self}/files`,
        publish: `${self}/actions/publish`,
        newversion: `${self}/actions/newversion`,
        discard: `${self}/actions/discard`,
        latest_draft: `${address()}/api/deposit/depositions/${draftOfNext ?? id}`,
        ...(submitted ? { record_html: `${address()}/records/${id}` } : { bucket: `${address()}/api/files/${bucket}` }),
      },
    };
  }

  async function putFile(
    request: IncomingMessage,
    owner: string,
    bucket: string,
    name: string,
    corrupt: boolean,
  ): Promise<Reply> {
    if (request.method !== "PUT") return refuse(405, "Method not allowed.");
    const deposit = [...all.values()].find((one) => one.bucket === bucket);
    if (!deposit) return refuse(404, "Bucket does not exist.");
    if (deposit.owner !== owner || deposit.submitted) return refuse(403, "Permission denied.");
    if (request.headers["content-length"] === undefined) return refuse(400, "Content-Length is missing.");
    // The documentation's trap: a form is stored as the file.
    const others = [...deposit.files.values()].filter((file) => file.name !== name);
    if (others.length >= MAX_FILES) return refuse(400, `A record holds ${MAX_FILES} files at most.`);
    const used = others.reduce((sum, { content }) => sum + content.length, 0);
    if (used + Number(request.headers["content-length"]) > quotaBytes) return refuse(413, "Bucket quota exceeded.");
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const content = Buffer.concat(parts);
    if (corrupt) content[content.length >> 1] ^= 1;
    if (content.length !== Number(request.headers["content-length"])) return refuse(400, "Cut off.");
    const md5 = createHash("md5").update(content).digest("hex");
    deposit.files.set(name, { id: randomUUID(), name, content, md5 });
    await contract.onFile?.(name);
    return { status: 201, json: { key: name, size: content.length, checksum: `md5:${md5}`, version_id: randomUUID() } };
  }

  await new Promise<void>((done) => server.listen(given.port ?? 0, "127.0.0.1", done));
  const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const depositOf = (id: string): Deposit => {
    const found = all.get(Number(id));
    if (!found) throw new Error(`no deposit ${id}`);
    return found;
  };
  const contract: ContractServer = {
    address: address(),
    token: addToken("ada"),
    requests,
    leaks,
    fail: (fault) => void faults.push(fault),
    addToken,
    revoke: (token) => void tokens.delete(token),
    deposits: () => [...all.values()],
    filesOf: (id) => depositOf(id).files,
    deleteDraft: (id) => remove(Number(id)),
    publishByHand: (id) => submit(depositOf(id)),
    onFile: null,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return contract;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  const text = Buffer.concat(parts).toString();
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return "bad";
  }
}

const metadataOf = (body: unknown): Record<string, unknown> =>
  ((body as { metadata?: Record<string, unknown> } | null)?.metadata ?? {}) as Record<string, unknown>;

const RELATIONS =
  /^(isCitedBy|cites|isSupplementTo|isSupplementedBy|isContinuedBy|continues|isDescribedBy|describes|isPartOf|hasPart|isReferencedBy|references|isDocumentedBy|documents|isDerivedFrom|isSourceOf|requires|isRequiredBy)$/;
const FIELDS =
  /^(upload_type|publication_date|title|creators|description|access_right|license|keywords|notes|related_identifiers|contributors|references|version|language|method|communities|grants|subjects|dates|prereserve_doi|doi)$/;

/** The rules of "Deposit metadata" for a data set that everybody may have. */
function metadataErrors(metadata: Record<string, unknown>): { field: string; message: string }[] {
  const errors: { field: string; message: string }[] = [];
  const need = (field: string, isRight: boolean, message: string): void => {
    if (!isRight) errors.push({ field: `metadata.${field}`, message });
  };
  const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";
  const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value : []);
  for (const field of Object.keys(metadata)) need(field, FIELDS.test(field), "Unknown field name.");
  need("upload_type", metadata.upload_type === "dataset", "Not a valid choice.");
  need("publication_date", /^\d{4}-\d\d-\d\d$/.test(String(metadata.publication_date)), "Not a date.");
  need("title", isText(metadata.title), "Missing data for required field.");
  need("description", isText(metadata.description), "Missing data for required field.");
  need("creators", list(metadata.creators).length > 0, "Shorter than minimum length 1.");
  for (const person of [...list(metadata.creators), ...list(metadata.contributors)]) {
    need("creators.name", isText(person.name), "Missing data for required field.");
    need(
      "creators.orcid",
      person.orcid === undefined || /^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$/.test(String(person.orcid)),
      "Not an ORCID.",
    );
  }
  for (const { type } of list(metadata.contributors))
    need("contributors.type", type === "ContactPerson", "Not a valid choice.");
  need("access_right", metadata.access_right === "open", "Not a valid choice.");
  need("license", /^[a-z0-9][a-z0-9.-]+$/.test(String(metadata.license)), "Not a known licence.");
  for (const { identifier, relation } of list(metadata.related_identifiers)) {
    need(
      "related_identifiers.identifier",
      /^(10\.\d{4,9}\/|https?:\/\/)\S+$/.test(String(identifier)),
      "Not an identifier.",
    );
    need("related_identifiers.relation", RELATIONS.test(String(relation)), "Not a valid choice.");
  }
  return errors;
}
