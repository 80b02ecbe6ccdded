// How the app is built. `base: "./"` so that dist/ works under any path; models/ travels into dist/ beside public/.
import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { build, defineConfig, type Plugin } from "vite";

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

/** One file beside index.html, written last: it names the version after everything else that was built. */
function serviceWorker(): Plugin {
  let out = "dist";
  return {
    name: "service-worker",
    apply: "build",
    configResolved(config) {
      out = resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      order: "post",
      sequential: true,
      handler: async () => {
        const files = readdirSync(out, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) =>
            join(entry.parentPath, entry.name)
              .slice(out.length + 1)
              .replaceAll("\\", "/"),
          )
          .toSorted();
        const hash = createHash("sha256");
        for (const file of files) hash.update(file).update(readFileSync(join(out, file)));
        const shell = files.filter((file) => /\.(html|js|css|svg|webmanifest)$/.test(file));
        await build({
          configFile: false,
          logLevel: "warn",
          publicDir: false,
          define: {
            appVersion: JSON.stringify(hash.digest("hex").slice(0, 16)),
            appShell: JSON.stringify(shell),
          },
          build: {
            outDir: out,
            emptyOutDir: false,
            target: "es2023",
            lib: {
              entry: "src/worker/service-worker.ts",
              formats: ["iife"],
              name: "serviceWorker",
              fileName: () => "service-worker.js",
            },
          },
        });
      },
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [react(), shipModels(), serviceWorker()],
  worker: { format: "es" },
  // onnxruntime-web carries its own dynamic imports of the .wasm beside it: pre-bundling would break them.
  optimizeDeps: {
    exclude: ["onnxruntime-web", "onnxruntime-web/wasm", "onnxruntime-web/webgpu", "onnxruntime-web/jspi"],
  },
  build: { target: "es2023", chunkSizeWarningLimit: 1200, assetsInlineLimit: 0 },
  server: { headers: isolation },
  preview: { headers: isolation },
});
