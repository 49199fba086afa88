import { z } from "zod";
import type { ZenodoMetadata } from "../../core/publication/zenodo-metadata.ts";
import { askZenodo, type ZenodoBody, type ZenodoQuestion, type ZenodoTiming } from "./ask-zenodo.ts";
import { notUnderstood, type ZenodoAnswer } from "./zenodo-problems.ts";

/** A deposition as its API tells of it: a draft, or the record that it became. */
export interface Deposition {
  /** Its number; the record's too. */
  readonly id: string;
  readonly isPublished: boolean;
  /** Of a draft: reserved. */
  readonly doi: string;
  /** Where people see it. */
  readonly page: string;
  readonly notes: string;
  /** Where files are put; a published one has none. */
  readonly bucket: URL | null;
  /** The number of the draft of its next version, where there is one. */
  readonly latestDraft: string | null;
}

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  /** 32 hexadecimal digits. */
  readonly md5: string;
}

/** What we need of the deposition API; every call rejects with a Problem (zenodo-problems.ts). */
export interface ZenodoClient {
  /** Whether the token opens anything. */
  assertTokenWorks(): Promise<void>;
  /** Newest first, some: to find one again whose making was not answered. */
  recentDepositions(): Promise<readonly Deposition[]>;
  create(metadata: ZenodoMetadata): Promise<Deposition>;
  get(id: string): Promise<Deposition>;
  /** The draft of a new version of a published record; one that is there already is taken. */
  newVersion(recordId: string): Promise<Deposition>;
  setMetadata(id: string, metadata: ZenodoMetadata): Promise<void>;
  files(id: string): Promise<readonly StoredFile[]>;
  removeFile(id: string, fileId: string): Promise<void>;
  /** `file` is sent as it is, anew at each try. Answers with the MD5 that was made there. */
  putFile(bucket: URL, name: string, file: Omit<ZenodoBody, "type">): Promise<string>;
  publish(id: string): Promise<void>;
  /** Of a draft; one that is gone already is fine with the caller, who catches `zenodo-draft-gone`. */
  discard(id: string): Promise<void>;
}

const md5Schema = z
  .string()
  .transform((text) => text.replace(/^md5:/, "").toLowerCase())
  .pipe(z.string().regex(/^[0-9a-f]{32}$/));
const numberSchema = z.union([z.int().min(1), z.string().regex(/^\d{1,12}$/)]).transform(String);
const address = z.string().max(2000);

const depositionSchema = z.object({
  id: numberSchema,
  submitted: z.boolean(),
  doi: z.string().max(300).nullish(),
  links: z.object({
    bucket: address.optional(),
    html: address.optional(),
    record_html: address.optional(),
    latest_draft: address.optional(),
  }),
  metadata: z
    .object({
      doi: z.string().max(300).nullish(),
      notes: z.string().max(20_000).nullish(),
      prereserve_doi: z.object({ doi: z.string().max(300) }).optional(),
    })
    .optional(),
});
const fileSchema = z.object({
  id: z.string().regex(/^[A-Za-z0-9-]{1,100}$/),
  filename: z.string().max(1000),
  filesize: z.number().min(0),
  checksum: md5Schema,
});

const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,150}$/;

/** `base` is the only origin that is ever asked: addresses in answers that lead elsewhere are refused. */
export function createZenodoClient({
  base,
  token,
  timing,
  signal,
}: {
  readonly base: URL;
  readonly token: string;
  readonly timing: ZenodoTiming;
  readonly signal: AbortSignal;
}): ZenodoClient {
  const depositions = new URL("/api/deposit/depositions", base);
  const below = (...parts: string[]): URL => new URL([depositions.pathname, ...parts].join("/"), base);

  const ask = (question: Omit<ZenodoQuestion, "token" | "retry"> & { retry?: "refused" }): Promise<ZenodoAnswer> =>
    askZenodo({ retry: "always", ...question, token }, timing, signal);

  function ofHere(text: string | undefined): URL | null {
    if (text === undefined) return null;
    const url = URL.canParse(text) ? new URL(text) : null;
    if (
      !url ||
      url.origin !== base.origin ||
      !/^\/api\/[\w/-]{1,300}$/.test(url.pathname) ||
      url.search ||
      url.username
    )
      throw notUnderstood("it names an address that is not its own");
    return url;
  }

  function depositionOf(json: unknown): Deposition {
    const parsed = depositionSchema.safeParse(json);
    if (!parsed.success) throw notUnderstood(`of a deposition, ${parsed.error.issues[0]?.path.join(".") || "all"}`);
    const { id, submitted, doi, links, metadata } = parsed.data;
    const found = doi || metadata?.doi || metadata?.prereserve_doi?.doi;
    if (!found || !/^10\.\d{4,9}\/[\w.;()/:-]+$/.test(found)) throw notUnderstood("of a deposition, its DOI");
    const latest = ofHere(links.latest_draft)?.pathname;
    return {
      id,
      isPublished: submitted,
      doi: found,
      page: new URL(submitted ? `/records/${id}` : `/deposit/${id}`, base).href,
      notes: metadata?.notes ?? "",
      bucket: submitted ? null : ofHere(links.bucket),
      latestDraft: (latest && /\/depositions\/(\d{1,12})$/.exec(latest)?.[1]) || null,
    };
  }

  const jsonBody = (value: unknown): ZenodoBody => {
    const bytes = Buffer.from(JSON.stringify(value));
    return {
      type: "application/json",
      bytes: bytes.length,
      async *stream() {
        yield bytes;
      },
    };
  };

  async function get(id: string): Promise<Deposition> {
    return depositionOf((await ask({ method: "GET", url: below(id) })).json);
  }

  async function list(size: number): Promise<readonly Deposition[]> {
    const url = new URL(depositions);
    url.searchParams.set("size", String(size));
    url.searchParams.set("sort", "mostrecent");
    const { json } = await ask({ method: "GET", url });
    if (!Array.isArray(json)) throw notUnderstood("the list of depositions");
    return json.slice(0, size).map(depositionOf);
  }

  return {
    async assertTokenWorks() {
      const url = new URL(depositions);
      url.searchParams.set("size", "1");
      await ask({ method: "GET", url });
    },
    recentDepositions: () => list(RECENT),
    async create(metadata) {
      const body = jsonBody({ metadata });
      return depositionOf((await ask({ method: "POST", url: depositions, body, retry: "refused" })).json);
    },
    get,
    async newVersion(recordId) {
      const nextOf = ({ id, isPublished, latestDraft }: Deposition): string | null =>
        !isPublished ? id : latestDraft !== recordId ? latestDraft : null;
      const before = await get(recordId);
      if (!before.isPublished) throw notUnderstood("the earlier record is a draft itself");
      let next = nextOf(before);
      if (next === null) {
        try {
          const { json } = await ask({
            method: "POST",
            url: below(recordId, "actions", "newversion"),
            retry: "refused",
          });
          next = nextOf(depositionOf(json));
        } catch (error) {
          signal.throwIfAborted();
          // It keeps one draft a record: that may have been made, and the answer lost.
          next = nextOf(await get(recordId));
          if (next === null) throw error;
        }
      }
      const draft = next === null ? null : await get(next);
      if (!draft || draft.isPublished) throw notUnderstood("no draft of the new version");
      return draft;
    },
    async setMetadata(id, metadata) {
      await ask({ method: "PUT", url: below(id), body: jsonBody({ metadata }) });
    },
    async files(id) {
      const { json } = await ask({ method: "GET", url: below(id, "files") });
      const parsed = z.array(fileSchema).max(1000).safeParse(json);
      if (!parsed.success) throw notUnderstood("the list of files");
      return parsed.data.map((one) => ({ id: one.id, name: one.filename, bytes: one.filesize, md5: one.checksum }));
    },
    async removeFile(id, fileId) {
      await ask({ method: "DELETE", url: below(id, "files", fileId) });
    },
    async putFile(bucket, name, file) {
      if (!FILE_NAME.test(name)) throw new RangeError(`not a name of a file at Zenodo: ${name}`);
      const url = new URL(`${bucket.pathname}/${name}`, base);
      const { json } = await ask({ method: "PUT", url, body: { ...file, type: "application/octet-stream" } });
      const parsed = z.object({ checksum: md5Schema }).safeParse(json);
      if (!parsed.success) throw notUnderstood("the checksum of a file");
      return parsed.data.checksum;
    },
    async publish(id) {
      await ask({ method: "POST", url: below(id, "actions", "publish"), retry: "refused" });
    },
    async discard(id) {
      await ask({ method: "DELETE", url: below(id) });
    },
  };
}

const RECENT = 25;
