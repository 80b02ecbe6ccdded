// The audit chain: hashes as sha256sum gives them, and every way of tampering seen at its place.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type AuditEntry, auditFile, brokenAt, nextAuditEntry, parseAuditEntry } from "../../src/domain/audit.ts";
import { change, label } from "../support/sample-project.ts";

const put = (n: number) => change(`Label ${n}`, { type: "label/put", label: label(n) });
function chain(length: number): readonly AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (let i = 0; i < length; i++) entries.push(nextAuditEntry(entries.at(-1) ?? null, put(i), 1000 + i));
  return entries;
}

describe("the audit log", () => {
  test("hashes what anyone can hash again: sorted keys, no spaces", () => {
    const [first] = chain(1);
    const { hash, ...entry } = first ?? ({} as AuditEntry);
    const text = `{"at":1000,"change":"${entry.change}","previous":"","title":"Label 0"}`;
    expect(hash).toBe(createHash("sha256").update(text).digest("hex"));
  });

  test.each([
    ["whole", (e: readonly AuditEntry[]) => e, null],
    ["a title changed", (e: readonly AuditEntry[]) => e.map((x, i) => (i === 2 ? { ...x, title: "Other" } : x)), 2],
    ["a time changed", (e: readonly AuditEntry[]) => e.map((x, i) => (i === 1 ? { ...x, at: 7 } : x)), 1],
    ["one taken out", (e: readonly AuditEntry[]) => e.toSpliced(3, 1), 3],
    ["the first taken out", (e: readonly AuditEntry[]) => e.slice(1), 0],
    ["two exchanged", (e: readonly AuditEntry[]) => [e[1], e[0], ...e.slice(2)].flatMap((x) => x ?? []), 0],
  ])("%s", (_, tamper, wanted) => {
    expect(brokenAt(tamper(chain(5)))).toBe(wanted);
  });

  test("goes out one object a line, with what it is and where it breaks", () => {
    const lines = auditFile(chain(3), (at) => new Date(at).toISOString())
      .trimEnd()
      .split("\n");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ format: "pathotune-audit/1", entries: 3, brokenAt: null });
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({ time: "1970-01-01T00:00:01.000Z", title: "Label 0" });
    expect(parseAuditEntry(JSON.parse(lines[3] ?? ""))).toEqual(chain(3)[2]);
    expect(parseAuditEntry({ at: "now" })).toBeNull();
  });
});
