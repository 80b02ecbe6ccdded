import { describe, expect, test } from "vitest";
import { mainThreadCosts, type TraceEvent } from "../../src/cli/bench-app/trace-costs.ts";

const thread = { pid: 1, tid: 7, cat: "" };
const named = (pid: number, tid: number, name: string): TraceEvent => ({
  ph: "M",
  name: "thread_name",
  cat: "",
  pid,
  tid,
  ts: 0,
  args: { name },
});
/** Milliseconds; a third of the time that passes is the thread's own. */
const piece = (name: string, from: number, dur: number): TraceEvent => ({
  ...thread,
  ph: "X",
  name,
  ts: from * 1000,
  dur: dur * 1000,
  tdur: (dur * 1000) / 3,
});
const frame = "WebFrameWidgetImpl::BeginMainFrame";

describe("what a trace cost the main thread", () => {
  test("is its own processor time: script inside script once, handlers with the frame after them", () => {
    const events = [
      named(1, 7, "CrRendererMain"),
      named(1, 8, "Compositor"),
      { ...piece("RunTask", 0, 600), tid: 8 },
      piece("RunTask", 0, 9),
      piece("FunctionCall", 1, 6),
      piece("v8.callFunction", 2, 3),
      piece("RunTask", 10, 180),
      piece(frame, 11, 170),
      piece("FunctionCall", 12, 30),
      piece("RunMicrotasks", 50, 3),
      piece("RunTask", 200, 30),
      piece(frame, 201, 20),
      piece("FunctionCall", 202, 9),
    ];
    expect(mainThreadCosts(events)).toEqual({ tasks: [3, 60, 10], script: [13, 3] });
  });

  test("is unknown where no thread is a page's, or none counts its time", () => {
    expect(mainThreadCosts([named(1, 7, "Compositor"), piece("RunTask", 0, 9)])).toBeNull();
    const { tdur: _, ...untimed } = piece("RunTask", 0, 9);
    expect(mainThreadCosts([named(1, 7, "CrRendererMain"), untimed])).toBeNull();
  });
});
