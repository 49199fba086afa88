const HEAP_MB = 2048;
/** Buffers beside the heap. */
const DIRECT_MB = 512;

/** What Java may take, for whatever script starts it, and where its scratch files go; `scratch` null: nowhere of ours. */
export function javaBounds(scratch: string | null): Record<string, string> {
  const options = [`-Xmx${HEAP_MB}m`, `-XX:MaxDirectMemorySize=${DIRECT_MB}m`, "-Djava.awt.headless=true"];
  return {
    JAVA_TOOL_OPTIONS: [...options, ...(scratch ? [`-Djava.io.tmpdir=${scratch}`] : [])].join(" "),
    BF_MAX_MEM: `${HEAP_MB}m`,
    // Bio-Formats would ask whether there is a newer one.
    NO_UPDATE_CHECK: "1",
    ...(scratch && { HOME: scratch, TMPDIR: scratch }),
  };
}
