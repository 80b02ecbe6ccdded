// A question whose answer got lost is put once more, and never left open.
import { expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { askAgain } from "../../src/ui/ask-again.ts";

const died = new Fault("worker-died", "A background worker stopped.");
const cut = new DOMException("The connection was closed.", "AbortError");
const what = "The files could not be read";

/** Answers in order; a thrown one rejects. Says how often it was asked. */
function answering(...answers: readonly unknown[]) {
  let asked = 0;
  const ask = async (): Promise<unknown> => {
    const answer = answers[asked++];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { ask, asked: () => asked };
}

test.each([
  ["dies", died],
  ["is replaced", cut],
])("whoever is asked %s: the next one answers", async (_how, lost) => {
  const { ask, asked } = answering(lost, "six heads");
  expect(await askAgain(ask, new AbortController().signal, what)).toBe("six heads");
  expect(asked()).toBe(2);
});

test("an answer that is lost twice is said, not waited for", async () => {
  const { ask, asked } = answering(died, cut);
  const lost = askAgain(ask, new AbortController().signal, what);
  await expect(lost).rejects.toMatchObject({ kind: "worker-died", message: expect.stringContaining(what) });
  expect(asked()).toBe(2);
});

test("files that cannot be read are not read a second time", async () => {
  const refused = new Fault("bad-model", "This is no backbone.");
  const { ask, asked } = answering(refused);
  await expect(askAgain(ask, new AbortController().signal, what)).rejects.toBe(refused);
  expect(asked()).toBe(1);
});

test("what was given up here is not asked again", async () => {
  const controller = new AbortController();
  const { ask, asked } = answering(cut);
  const given = askAgain(ask, controller.signal, what);
  controller.abort();
  await expect(given).rejects.toMatchObject({ name: "AbortError" });
  expect(asked()).toBe(1);
});
