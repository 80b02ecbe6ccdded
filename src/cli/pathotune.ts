// pathotune learn | tune | classify | evaluate: the app's own engine on files, without a browser. Knows which commands there are.
//   npx tsx src/cli/pathotune.ts <command> --help
import { parseArgs } from "node:util";
import { isAbort, isFault } from "../base/fault.ts";
import { type FlagReader, readFlags } from "./pathotune/arguments.ts";
import { classifyFlags, classifyHelp, runClassify } from "./pathotune/classify.ts";
import { evaluateFlags, evaluateHelp, runEvaluate } from "./pathotune/evaluate.ts";
import { learnFlags, learnHelp, runLearn } from "./pathotune/learn.ts";
import { runTune, tuneFlags, tuneHelp } from "./pathotune/tune.ts";

type Command = Readonly<{
  flags: NonNullable<Parameters<typeof parseArgs>[0]>["options"];
  help: string;
  run: (flags: FlagReader, signal: AbortSignal) => Promise<void>;
}>;

const commands: Readonly<Record<string, Command>> = {
  learn: { flags: learnFlags, help: learnHelp, run: runLearn },
  tune: { flags: tuneFlags, help: tuneHelp, run: runTune },
  classify: { flags: classifyFlags, help: classifyHelp, run: runClassify },
  evaluate: { flags: evaluateFlags, help: evaluateHelp, run: runEvaluate },
};

const usage = `pathotune <command> [options]: research use only, not for diagnostic procedures.

  learn      pictures or a slide without labels -> prompts to tune on
  tune       labelled pictures -> a prompt set
  classify   pictures or a slide -> scores under a prompt set
  evaluate   a prompt set on labelled pictures -> figures with intervals

pathotune <command> --help tells the options.`;

/** 0 done, 1 it failed, 2 it was asked wrongly, 130 stopped. */
async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const [name = "--help", ...rest] = args;
  if (name === "--help" || name === "-h" || name === "help") {
    console.log(usage);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    console.error(`There is no command "${name}".\n\n${usage}`);
    return 2;
  }
  const json = rest.includes("--json");
  try {
    const { values } = parseArgs({
      args: rest,
      options: { ...command.flags, help: { type: "boolean", short: "h" } },
      strict: true,
    });
    if (values.help) {
      console.log(command.help);
      return 0;
    }
    await command.run(readFlags(values as Readonly<Record<string, string | boolean | undefined>>), signal);
    return 0;
  } catch (error) {
    if (isAbort(error)) {
      console.error("Stopped.");
      return 130;
    }
    const isAskedWrongly =
      error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
    const kind = isFault(error) ? error.kind : isAskedWrongly ? "invalid" : "bug";
    const message = error instanceof Error ? error.message : String(error);
    if (json) console.log(JSON.stringify({ type: "error", kind, message }));
    else if (kind === "bug") console.error(error);
    else console.error(message);
    return kind === "invalid" ? 2 : 1;
  }
}

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.exit(await main(process.argv.slice(2), stop.signal));
