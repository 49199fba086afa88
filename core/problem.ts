/**
 * An error as a value: what went wrong, where, and what the person can do about it.
 * Thrown on the server, sent over the wire as these fields, shown to the person as such.
 */
export interface ProblemFields {
  /** Stable machine name, kebab-case, e.g. `tiff-truncated`. */
  readonly tag: string;
  /** One sentence for a person. */
  readonly what: string;
  /** Page, tag, array, field, file… that is wrong. */
  readonly where?: string;
  /** What to do next. */
  readonly hint?: string;
  /** Of an error that the server's log tells more of: the request's name there. */
  readonly requestId?: string;
  /** Where it is only too early: sent as 429 with Retry-After. */
  readonly waitSeconds?: number;
}

export class Problem extends Error implements ProblemFields {
  readonly _tag = "Problem";
  readonly tag: string;
  readonly what: string;
  readonly where?: string;
  readonly hint?: string;
  readonly requestId?: string;
  readonly waitSeconds?: number;

  constructor(fields: ProblemFields, options?: ErrorOptions) {
    super([fields.what, fields.where && `(${fields.where})`, fields.hint].filter(Boolean).join(" "), options);
    this.name = "Problem";
    this.tag = fields.tag;
    this.what = fields.what;
    this.where = fields.where;
    this.hint = fields.hint;
    this.requestId = fields.requestId;
    this.waitSeconds = fields.waitSeconds;
  }

  toJSON(): ProblemFields {
    const { tag, what, where, hint, requestId, waitSeconds } = this;
    return { tag, what, where, hint, requestId, waitSeconds };
  }
}

export const isProblem = (error: unknown): error is Problem => error instanceof Problem;
