import { createHash } from "node:crypto";
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import { encodeMessage, MessageType } from "../../core/sync/link/messages.ts";
import type { LabelGrid } from "../../core/sync/record/label-grid.ts";
import { paintBody, paintGroupsBody } from "../../core/sync/record/paint-codec.ts";
import { deflateBlob, paintRefBody } from "../../core/sync/record/paint-ref-codec.ts";
import { RecordKind } from "../../core/sync/record/record.ts";
import { encodeSection, splitRunsByBrick } from "../../core/sync/record/section-codec.ts";
import { BRICK_SIZE } from "../../core/volume/brick.ts";
import type { SeededRandom } from "../co-editing/seeded-random.ts";
import type { AbuseWorld, Standing } from "./abuse-world.ts";
import { type Attack, mutateBytes, request } from "./attack.ts";
import { HostileEditor, HostileSocket, syncFrame } from "./hostile-socket.ts";

/** What a member can send over the socket of the shared document, and what a program that speaks it badly sends. */

const gridOf = (world: AbuseWorld): LabelGrid => ({ shapeZyx: world.shapeZyx, brickSize: BRICK_SIZE });

/** A voxel of brick 0 that no honest stroke reaches. */
const LONELY_ZYX = [47, 63, 0] as const;

function oneVoxel(world: AbuseWorld): { key: number; bytes: Uint8Array } {
  const [z, y, x] = LONELY_ZYX;
  const [[key, runs]] = splitRunsByBrick(Int32Array.from([z, y, x, x + 1]), gridOf(world));
  return { key, bytes: encodeSection(runs, BRICK_SIZE) };
}

/** Body of PAINTN with `count` groups of one voxel each, 12 bytes a group: labels of one byte, which are leased early. */
function manySections(world: AbuseWorld, count: number): Uint8Array {
  const section = oneVoxel(world);
  return paintGroupsBody(Array.from({ length: count }, (_, i) => ({ label: 1 + (i % 2), sections: [section] })));
}

function honestBody(world: AbuseWorld, label: number, random: SeededRandom): Uint8Array {
  const [nz, ny, nx] = world.shapeZyx;
  const runs: number[] = [];
  for (let row = 0; row < 20; row++) runs.push(random.below(nz), random.below(ny), nx - 40, nx - random.below(20));
  const sections = [...splitRunsByBrick(Int32Array.from(runs), gridOf(world))].map(([key, local]) => ({
    key,
    bytes: encodeSection(local, BRICK_SIZE),
  }));
  return paintBody(label, sections);
}

async function withEditor(world: AbuseWorld, act: (editor: HostileEditor) => Promise<number>): Promise<number> {
  const editor = await HostileEditor.open(world);
  if (!editor) return 1;
  try {
    return await act(editor);
  } finally {
    editor.socket.close();
  }
}

async function withSocket(
  world: AbuseWorld,
  standing: Standing,
  frames: (socket: HostileSocket) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  const socket = await HostileSocket.open(world, standing);
  if (!socket) return 1;
  let sent = 1;
  for await (const frame of frames(socket)) {
    await socket.send(frame);
    sent++;
  }
  await socket.heard();
  socket.close();
  return sent;
}

const sectionsAttack: Attack = {
  name: "records of 87,000 sections of one voxel",
  weight: 1,
  send: (world) =>
    withEditor(world, async (editor) => {
      const body = manySections(world, 87_000);
      await editor.socket.send(editor.frameOf(RecordKind.paintGroups, [body, body]));
      await editor.socket.heard();
      return 1;
    }),
};

const blobAttack: Attack = {
  name: "a paint blob that inflates to 60 MB",
  weight: 1,
  send: (world) =>
    withEditor(world, async (editor) => {
      const body = manySections(world, 4_000_000);
      const blob = deflateBlob(body);
      const sha256 = createHash("sha256").update(blob).digest("hex");
      const headers = { cookie: world.cookies.annotator };
      await request(world, `/api/volumes/${world.volumeId}/paint/${sha256}`, {
        method: "PUT",
        headers,
        body: Uint8Array.from(blob),
      });
      const { key } = oneVoxel(world);
      const [z0, y0, x0] = LONELY_ZYX;
      const box = { x0, y0, z0, x1: x0 + 1, y1: y0 + 1, z1: z0 + 1 };
      const record = paintRefBody({ sha256, blobBytes: blob.length, bricks: [{ key, box }] });
      await editor.socket.send(editor.frameOf(RecordKind.paintRef, [record]));
      await editor.socket.heard();
      return 2;
    }),
};

/** An update of `count` garbage structs of one client: three bytes each. */
function garbageStructs(count: number): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 1); // clients
  encoding.writeVarUint(encoder, count);
  encoding.writeVarUint(encoder, 4_242);
  encoding.writeVarUint(encoder, 0); // clock
  for (let i = 0; i < count; i++) {
    encoding.writeUint8(encoder, 0); // GC
    encoding.writeVarUint(encoder, 1); // length
  }
  encoding.writeVarUint(encoder, 0); // nothing deleted
  return encoding.toUint8Array(encoder);
}

const garbageAttack: Attack = {
  name: "an update of a million garbage structs",
  weight: 1,
  send: (world, random) =>
    withSocket(world, random.pick(["annotator", "viewer"]), () => [
      syncFrame(random.pick([1, 2]), garbageStructs(1_000_000)),
    ]),
};

const stateVectorAttack: Attack = {
  name: "state vectors that are empty, broken or asked for without end",
  weight: 2,
  send: (world, random) =>
    withSocket(world, random.pick(["viewer", "annotator"]), function* () {
      yield syncFrame(0, new Uint8Array(0));
      for (let i = 0; i < 20; i++)
        yield syncFrame(0, random.chance(0.5) ? Uint8Array.of(0) : Uint8Array.of(0xff, 0xff));
    }),
};

function presenceFrame(clients: number, bytes: number, random: SeededRandom): Uint8Array {
  const states = encoding.createEncoder();
  encoding.writeVarUint(states, clients);
  for (let i = 0; i < clients; i++) {
    encoding.writeVarUint(states, random.below(2 ** 31));
    encoding.writeVarUint(states, 1 + random.below(1000));
    encoding.writeVarString(states, JSON.stringify({ userId: "x", name: "y".repeat(Math.max(1, bytes)) }));
  }
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MessageType.awareness);
  encoding.writeVarUint8Array(encoder, encoding.toUint8Array(states));
  return encoding.toUint8Array(encoder);
}

const largePresence: Attack = {
  name: "a presence of 31 MB",
  weight: 1,
  send: (world, random) => withSocket(world, "viewer", () => [presenceFrame(1, 31 * 2 ** 20, random)]),
};

const manyPresences: Attack = {
  name: "60 sockets with four presences of 8 kB, again and again",
  weight: 1,
  async send(world, random) {
    const sent = await Promise.all(
      Array.from({ length: 60 }, () =>
        withSocket(world, "viewer", function* () {
          for (let i = 0; i < 10; i++) yield presenceFrame(4, 8000, random);
        }),
      ),
    );
    return sent.reduce((sum, count) => sum + count, 0);
  },
};

const mutatedFrames: Attack = {
  name: "honest frames, broken at random",
  weight: 8,
  send: (world, random) =>
    withEditor(world, async (editor) => {
      const bodies = Array.from({ length: 1 + random.below(3) }, () => honestBody(world, editor.firstLabel, random));
      const honest = random.pick([
        () => editor.frameOf(RecordKind.paint, bodies),
        () => encodeMessage({ type: "want", count: random.below(2 ** 31) }),
        () => encodeMessage({ type: "hello", session: random.below(1e6), outboxSessions: [1, 2, 3] }),
        () => syncFrame(0, Y.encodeStateVector(new Y.Doc())),
        () => presenceFrame(1, 100, random),
      ])();
      await editor.socket.send(mutateBytes(honest, random));
      await editor.socket.heard();
      return 1;
    }),
};

const randomFrames: Attack = {
  name: "frames of random bytes",
  weight: 3,
  send: (world, random) =>
    withSocket(world, random.pick(["viewer", "annotator"]), () => [
      Uint8Array.from({ length: random.below(300) }, (_, i) => (i === 0 ? random.below(120) : random.below(256))),
    ]),
};

const strokeFlood: Attack = {
  name: "200 strokes at once by one who may paint",
  weight: 1,
  send: (world, random) =>
    withEditor(world, async (editor) => {
      for (let i = 0; i < 200; i++)
        await editor.socket.send(editor.frameOf(RecordKind.paint, [honestBody(world, editor.firstLabel, random)]));
      await editor.socket.heard();
      return 200;
    }),
};

export const socketAttacks: readonly Attack[] = [
  sectionsAttack,
  blobAttack,
  garbageAttack,
  stateVectorAttack,
  largePresence,
  manyPresences,
  mutatedFrames,
  randomFrames,
  strokeFlood,
];
