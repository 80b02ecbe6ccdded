// npm start: installs what is missing, builds, and serves the app on this computer only.
import { join } from "node:path";
import { build } from "./build.mjs";
import { ensureInstalled, fail, root } from "./lib/install.mjs";
import { portHolder } from "./lib/port-holder.mjs";
import { createStaticServer, isolationHeaders } from "./lib/static-server.mjs";

// What is kept in the browser belongs to an address with its port: another one starts empty.
const port = Number(process.env.PORT ?? 4780);
if (!Number.isInteger(port) || port < 1 || port > 65535) fail(`PORT=${process.env.PORT} is no port: 1 to 65535.`);

ensureInstalled();

// The port first: nobody should wait for a build to learn that it is taken.
const server = createStaticServer({ folder: join(root, "dist"), headers: isolationHeaders });
server.on("error", (error) => {
  if (error.code === "EADDRINUSE") {
    fail(
      `Port ${port} is taken by ${portHolder(port)}.\n` +
        `Stop that program and run npm start again, or take another port: PORT=${port + 1} npm start`,
    );
  }
  fail(`The server could not start: ${error.message}`);
});
server.listen(port, "localhost", () => {
  build({ quiet: true });
  console.log(`
PathoTune is running:  http://localhost:${port}/
  1. Open it in Chrome, Edge or Firefox. The embedded slide (drawn by a program) is already there.
  2. Click on tissue: the outline is what the model sees.
  3. Name two tissues on the left, press 1 or 2 over tissue to label a few patches of each, then press Tune.
  Your own slide: drop an SVS or tiled TIFF on the page. Nothing leaves this computer.
  Research use only, not for diagnosis. Stop with Ctrl+C.
`);
});
