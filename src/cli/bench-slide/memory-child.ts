// A process of its own that sweeps a whole slide with the model and says how much memory it took at most.
// argv: manifest, slide, most places (0: all). Prints one line of JSON.
import { setMaxListeners } from "node:events";
import { patchSpecOf } from "../../domain/model.ts";
import { sweep } from "../../engine/sweep.ts";
import { createNodeSlideService } from "../../platform/node/slide-service.ts";
import { openBenchSession } from "./bench-session.ts";
import { sweptSlide } from "./swept-slide.ts";

const [manifest = "", path = "", most = "0"] = process.argv.slice(2);
const highWater = (): number => process.resourceUsage().maxRSS * 1024;

const { signal } = new AbortController();
setMaxListeners(0);
const slides = createNodeSlideService();
const session = await openBenchSession(manifest, slides, signal);
const spec = patchSpecOf(session.model);
const before = highWater();
const slide = { format: "tiff_jpeg", path, words: "", finer: false };
const { params } = await sweptSlide(slides, slide, spec, Number(most) || null);
let [places, during] = [0, 0];
await sweep(session, slides, params, signal, ({ cells }) => {
  places += cells.length;
  during = Math.max(during, process.memoryUsage.rss());
});
console.log(JSON.stringify({ before, after: highWater(), during, places }));
process.exit(0);
