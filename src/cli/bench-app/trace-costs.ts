// What a recorded trace of a page cost its main thread: long tasks, and script a frame. Pure: knows Chromium's trace events, no browser.
// All of it is processor time of that thread (`tdur`), not time that passed: what else the machine does is not the page's.

export type TraceEvent = Readonly<{
  ph: string;
  name: string;
  cat: string;
  pid: number;
  tid: number;
  /** us */
  ts: number;
  dur?: number;
  /** us of the thread's own processor time; absent where the system does not count it. */
  tdur?: number;
  args?: Readonly<{ name?: string }>;
}>;

/** `tasks`: ms of every task. `script`: ms of script in each frame that was drawn, handlers of input and timers with the frame after them. */
export type ThreadCosts = Readonly<{ tasks: readonly number[]; script: readonly number[] }>;

export const longTask = 50;

/** Null where the trace holds no main thread of a page, or no processor time. Of several pages the busiest is taken. */
export function mainThreadCosts(events: readonly TraceEvent[]): ThreadCosts | null {
  const mains = events.filter(({ ph, name, args }) => ph === "M" && name === "thread_name" && isMain(args?.name));
  const each = mains.map(({ pid, tid }) => costsOf(events.filter((e) => e.pid === pid && e.tid === tid)));
  const total = ({ tasks }: ThreadCosts): number => tasks.reduce((sum, task) => sum + task, 0);
  return each.filter(({ tasks }) => tasks.length > 0).toSorted((a, b) => total(b) - total(a))[0] ?? null;
}

const isMain = (name: string | undefined): boolean => name === "CrRendererMain";
/** Around every piece of script, also inside each other. */
const script = new Set(["FunctionCall", "EvaluateScript", "RunMicrotasks", "v8.callFunction"]);

function costsOf(thread: readonly TraceEvent[]): ThreadCosts {
  const whole = thread
    .filter(({ ph, tdur }) => ph === "X" && tdur !== undefined)
    .toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  const tasks = whole.filter(({ name }) => name === "RunTask").map(({ tdur = 0 }) => tdur / 1000);
  const frames: number[] = [];
  let [running, until, frameEnd] = [0, 0, Number.POSITIVE_INFINITY];
  for (const { name, ts, dur = 0, tdur = 0 } of whole) {
    if (ts >= frameEnd) {
      frames.push(running / 1000);
      [running, frameEnd] = [0, Number.POSITIVE_INFINITY];
    }
    if (name === "WebFrameWidgetImpl::BeginMainFrame") frameEnd = ts + dur;
    // Outermost pieces only: what lies within one is counted with it.
    if (!script.has(name) || ts < until) continue;
    running += tdur;
    until = ts + dur;
  }
  if (frameEnd < Number.POSITIVE_INFINITY) frames.push(running / 1000);
  return { tasks, script: frames };
}
