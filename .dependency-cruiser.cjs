/** Import directions and homes of libraries, as docs/architecture.md explains them. */
const only = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

module.exports = {
  forbidden: [
    only(
      "no-circles",
      "Imports point one way, types included: move what both need into a file of its own.",
      {},
      { circular: true },
    ),
    only(
      "core-is-pure",
      "core knows no screen, no socket, no disk: pass what it needs as an argument.",
      { path: "^core/" },
      { path: "^(app|components|db|server|e2e|bench|scripts)/" },
    ),
    only(
      "core-without-io",
      "core does no I/O.",
      { path: "^core/", pathNot: "\\.test\\.ts$" },
      { dependencyTypes: ["core"] },
    ),
    only(
      "db-imports-core",
      "db holds tables; it may import core only.",
      { path: "^db/" },
      { path: "^(app|components|server|e2e|bench|scripts)/" },
    ),
    only(
      "server-below-pages",
      "The server renders nothing of ours: it may import core and db.",
      { path: "^server/" },
      { path: "^(app|components|e2e|bench)/" },
    ),
    only(
      "trainer-imports-core",
      "The trainer reaches the server over HTTP only: of ours it may import core and the log.",
      { path: "^server/trainer/" },
      { path: "^(app|components|db|e2e|bench)/|^server/(?!trainer/|log/)" },
    ),
    only(
      "server-without-trainer",
      "The server talks to trainers through core/contract.",
      { path: "^server/(?!trainer/|cli/)", pathNot: "\\.test\\.ts$" },
      { path: "^server/trainer/" },
    ),
    only(
      "nothing-imports-cli",
      "server/cli is an end: nothing imports it, but benchmarks, which are ends too.",
      { path: "^(?!server/cli/|bench/)" },
      { path: "^server/cli/" },
    ),
    only(
      "components-import-core",
      "Components take data and callbacks; they call no API.",
      { path: "^components/" },
      { path: "^(app|db|server|e2e|bench|scripts)/" },
    ),
    only(
      "app-takes-server-types",
      "Pages get data through the API: from server, app may import types of server/index.ts only.",
      { path: "^app/" },
      { path: "^(server/(?!index\\.ts$)|db/|e2e/|bench/|scripts/)" },
    ),
    only(
      "home-of-three",
      "three lives in components/viewer/scene.",
      { path: "^(?!components/viewer/scene/)", pathNot: "^(e2e|bench)/" },
      { path: "node_modules/(three|@types/three)/" },
    ),
    only(
      "home-of-tfjs",
      "tfjs lives in server/trainer/engine and network, and for the browser in components/segmenter/engine.",
      { path: "^(?!server/trainer/(engine|network)/|components/segmenter/engine/)", pathNot: "^bench/" },
      { path: "node_modules/@tensorflow/" },
    ),
    only(
      "home-of-nodemailer",
      "nodemailer lives in server/mail.",
      { path: "^(?!server/mail/)" },
      { path: "node_modules/nodemailer/" },
    ),
    only(
      "home-of-yjs-in-core",
      "In core, yjs lives in core/sync.",
      { path: "^core/(?!sync/)" },
      { path: "node_modules/(yjs|y-protocols|lib0)/" },
    ),
    only(
      "home-of-drizzle",
      "drizzle lives in db and in server queries.",
      { path: "^(app|components|core|server/trainer)/" },
      { path: "node_modules/(drizzle-orm|pg)/" },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
    exclude: { path: "^(\\.next|data|node_modules/\\.cache)" },
  },
};
