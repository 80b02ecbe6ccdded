// pathotune learn: pictures or slides nobody labelled -> prompts to tune on. Knows flags and files.
import { basename } from "node:path";
import { Fault } from "../../base/fault.ts";
import { nameModel } from "../../platform/node/model-files.ts";
import { createNodeSlideService } from "../../platform/node/slide-service.ts";
import type { LearnResult } from "../../protocol/learn-api.ts";
import { commandLine, openFolderEngine } from "../folder-engine.ts";
import { type FlagReader, readShared, sharedFlags, sharedHelp } from "./arguments.ts";
import { picturesIn } from "./classify.ts";
import { createSpeaker } from "./speak.ts";
import { writeWhole } from "./write-whole.ts";

export const learnFlags = {
  ...sharedFlags,
  pictures: { type: "string" },
  slide: { type: "string" },
  out: { type: "string" },
  name: { type: "string" },
  seed: { type: "string" },
} as const;

export const learnHelp = `pathotune learn --model <path> (--pictures <folder> | --slide <file>) --out <set.safetensors>
  Learns prompts without labels, under which tissue that differs has features that differ. They are for pathotune tune --learned.
  --pictures <folder>  pictures, in any folders: what these are called is not looked at
  --slide <file>     a whole slide that states its um/px
  --out <file>       the prompts, as a set without a head
  --name <text>      of the set (default: the folder's or the slide's name)      --seed <n>  default 1
${sharedHelp}`;

/** Faults: those of reading, loading and learning. */
export async function runLearn(flags: FlagReader, signal: AbortSignal): Promise<void> {
  const shared = readShared(flags);
  const out = flags.required("out", "file");
  const [pictures, slide] = [flags.text("pictures"), flags.text("slide")];
  const seed = flags.whole("seed", 0, 2 ** 32 - 1) ?? 1;
  flags.check(learnHelp);
  const from = pictures ?? slide;
  if (from === null || (pictures !== null && slide !== null)) {
    throw new Fault("invalid", `Give either --pictures or --slide.\n\n${learnHelp}`);
  }
  if (slide !== null && shared.engine.stain) {
    throw new Fault("invalid", "--stain is for pictures: a slide's patches are learned from as they are.");
  }
  const { note, progress, say } = createSpeaker(shared.json);
  const named = await nameModel(shared.model, shared.words, signal);
  for (const line of named.notes) note(line);
  const slides = slide === null ? null : createNodeSlideService();
  const opened = await openFolderEngine(named, { ...shared.engine, note, ...(slides ? { slides } : {}) }, signal);
  try {
    const name = flags.text("name") ?? basename(from);
    const onDone = (done: number, total: number): void => progress("learning", done, total);
    const ofSlide = async (service: NonNullable<typeof slides>): Promise<LearnResult> => {
      const { id } = await service.open({ source: { kind: "url", url: from } }, { signal });
      const asked = { runId: commandLine, name, slides: [id], avoid: [], syntheticSlides: [], seed };
      return opened.engine.learn(asked, { signal, onProgress: ({ done, total }) => onDone(done, total) });
    };
    const { bytes, summary, places } = slides
      ? await ofSlide(slides)
      : await opened.learn({ name, paths: await picturesIn(from, signal), seed }, signal, onDone);
    await writeWhole(out, bytes);
    say("learned", `${basename(out)}: ${bytes.length} bytes, from ${places.length} places without labels.`, {
      out,
      id: summary.id,
      bytes: bytes.length,
      places: places.length,
    });
  } finally {
    await opened.release();
  }
}
