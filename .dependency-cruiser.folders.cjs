/**
 * Folders import one way, as files do (.dependency-cruiser.cjs). A run of its own, without tests: they sit beside what they test, and
 * may start the whole server for it.
 */
const { options } = require("./.dependency-cruiser.cjs");

module.exports = {
  forbidden: [
    {
      name: "no-folder-circles",
      comment: "Folders import one way: move what both need into a lower one, or pass it as an argument.",
      severity: "error",
      scope: "folder",
      from: {},
      to: { circular: true },
    },
    {
      name: "rooms-above-their-folder",
      comment: "What lies beside the rooms of these folders is for all of them: it imports none.",
      severity: "error",
      from: { path: "^(components/viewer|server/collab)/[^/]+$" },
      to: { path: "^$1/[^/]+/" },
    },
  ],
  options: {
    ...options,
    metrics: true,
    exclude: { path: `${options.exclude.path}|\\.test\\.tsx?$|/testing/` },
  },
};
