// How the app is built. `base: "./"` so that dist/ works under any path; models/ travels into dist/ beside public/.
import { cpSync } from "node:fs";
import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** WASM threads need cross-origin isolation; a static host without these headers gets one thread, and the app says so. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** The shipped model folder is data of its own at the top level: served in development by the root, copied for the build. */
function shipModels(): Plugin {
  let out = "dist";
  return {
    name: "ship-models",
    apply: "build",
    configResolved(config) {
      out = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      cpSync("models/pathotune-tiny", resolve(out, "models/pathotune-tiny"), { recursive: true });
      for (const file of ["LICENSE"]) cpSync(file, resolve(out, file));
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [react(), shipModels()],
  worker: { format: "es" },
  // onnxruntime-web carries its own dynamic imports of the .wasm beside it: pre-bundling would break them.
  optimizeDeps: {
    exclude: ["onnxruntime-web", "onnxruntime-web/wasm", "onnxruntime-web/webgpu", "onnxruntime-web/jspi"],
  },
  build: { target: "es2023", chunkSizeWarningLimit: 1200, assetsInlineLimit: 0 },
  server: { headers: isolation },
  preview: { headers: isolation },
});
