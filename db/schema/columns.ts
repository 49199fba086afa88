import { customType, timestamp } from "drizzle-orm/pg-core";

/** Binary column. pg returns Buffers; a plain Uint8Array is handed out, as Yjs types refuse Buffers. */
export const bytea = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => "bytea",
  toDriver: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  fromDriver: (value) => new Uint8Array(value),
});

export const createdAt = () => timestamp("created_at", { withTimezone: true }).notNull().defaultNow();

export const moment = (name: string) => timestamp(name, { withTimezone: true });
