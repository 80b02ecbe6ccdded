// Faults as a person reads them who does not speak English: what servers and files did not give is heard whole, names as they are.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isFault } from "../../src/base/fault.ts";
import { ask, defaultHttp } from "../../src/platform/worker/http-request.ts";
import { refuseKnownFormats } from "../../src/slide/refused-by-name.ts";
import { faultWords } from "../../src/ui/fault-words.ts";
import { de } from "../../src/words/de.ts";
import { speak } from "../../src/words/say.ts";

beforeEach(() => speak({ tag: "de", table: de }));
afterEach(() => speak({ tag: "en", table: null }));

/** Words that only English has. */
const english = /\b(the|this|which|with|again|of|and|it)\b/;

async function wordsOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (isFault(error)) return faultWords(error);
    throw error;
  }
  throw new Error("nothing failed");
}

describe("in German", () => {
  test.each([
    [403, "Zugriff wird verweigert"],
    [404, "keine solche Datei"],
    [503, "überlastet"],
    [418, "Prüfen Sie die Adresse"],
  ])("a server's answer %i is said whole", async (status, part) => {
    const http = { ...defaultHttp, attempts: 1, fetch: async () => new Response(null, { status }) };
    const asked = { url: "https://slides.example/a.svs", name: "a.svs", headers: {} };
    const wanted = { statuses: [200], most: 10, judge: () => null };
    const said = await wordsOf(() => ask(http, asked, wanted, new AbortController().signal));
    expect(said).toContain(part);
    expect(said).toContain("„a.svs“");
    expect(said).not.toMatch(english);
  });

  test("so is a server that cannot be reached, one that is not allowed to be read, and one that says nothing", async () => {
    const asked = { url: "https://slides.example/a.svs", name: "a.svs", headers: {} };
    const wanted = { statuses: [200], most: 10, judge: () => null };
    const said = (fetch: (url: string, init: RequestInit) => Promise<Response>) =>
      wordsOf(() => {
        const http = { ...defaultHttp, attempts: 1, stallMilliseconds: 5, fetch };
        return ask(http, asked, wanted, new AbortController().signal);
      });
    const refuse = async (): Promise<Response> => {
      throw new TypeError("Failed to fetch");
    };
    expect(await said(refuse)).toMatch(/^„a.svs“ kann nicht geholt werden/);
    const readable = async (_: string, { mode }: RequestInit) => (mode === "no-cors" ? new Response() : refuse());
    expect(await said(readable)).toMatch(/^Der Server von „a.svs“ antwortet, erlaubt/);
    const silent = (_: string, { signal }: RequestInit) =>
      new Promise<Response>((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    expect(await said(silent)).toMatch(/^Der Server von „a.svs“ hat 0 Sekunden lang nichts gesendet/);
  });

  test.each([
    "a.mrxs",
    "a.vsi",
    "a.ets",
    "a.czi",
    "a.isyntax",
    "a.bif",
    "a.vms",
    "a.svslide",
    "a.lif",
    "a.nd2",
    "a.kfb",
    "a.sdpc",
  ])("%s is refused by name, with the way on", async (name) => {
    const said = await wordsOf(() => refuseKnownFormats(name, new Uint8Array(8)));
    expect(said).toMatch(/^Diese Datei ist .+ das wird nicht gelesen\. (Wandeln|Exportieren) Sie sie /);
    expect(said).not.toMatch(english);
  });
});
