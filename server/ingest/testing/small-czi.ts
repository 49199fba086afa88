const SEGMENT_BYTES = 32;

function segment(id: string, data: Buffer): Buffer {
  const head = Buffer.alloc(SEGMENT_BYTES);
  head.write(id, "latin1");
  head.writeBigInt64LE(BigInt(data.length), 16);
  head.writeBigInt64LE(BigInt(data.length), 24);
  return Buffer.concat([head, data]);
}

/** A CZI by the fields of DS_ZISRAW-FileFormat that a directory has: scenes of one plane each, `[height, width]`, directory last. */
export function smallCzi(scenesYx: readonly (readonly [number, number])[] = [[8, 11]]): Buffer {
  const header = Buffer.alloc(512);
  const parts = [segment("ZISRAWFILE", header)];
  let end = parts[0].length;
  const entries = scenesYx.map(([sizeY, sizeX], scene) => {
    const at = end;
    const plane = segment("ZISRAWSUBBLOCK", Buffer.alloc(256 + sizeY * sizeX));
    parts.push(plane);
    end += plane.length;
    const entry = Buffer.alloc(32);
    entry.write("DV", "latin1");
    entry.writeBigInt64LE(BigInt(at), 6);
    entry.writeInt32LE(3, 28);
    const dimension = (name: string, start: number, size: number) => {
      const one = Buffer.alloc(20);
      one.write(name, "latin1");
      one.writeInt32LE(start, 4);
      one.writeInt32LE(size, 8);
      one.writeInt32LE(size, 16);
      return one;
    };
    return Buffer.concat([
      entry,
      dimension("X", 100 * scene, sizeX),
      dimension("Y", 0, sizeY),
      dimension("S", scene, 1),
    ]);
  });
  const count = Buffer.alloc(128);
  count.writeInt32LE(entries.length, 0);
  parts[0].writeBigInt64LE(BigInt(end), SEGMENT_BYTES + 52);
  return Buffer.concat([...parts, segment("ZISRAWDIRECTORY", Buffer.concat([count, ...entries]))]);
}
