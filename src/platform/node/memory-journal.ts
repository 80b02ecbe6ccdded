// The journal port over plain memory: for Node, for tests, and for a page whose browser can keep nothing. Names no host.
// Records are cloned in and out, so that it keeps the same promises (and loses the same things) as a real store.
import type { ProjectId, PromptSetId } from "../../base/brand.ts";
import { assert, Fault } from "../../base/fault.ts";
import { firstAfterErasing, nextAuditEntry, parseAuditEntry, unreadableEntry } from "../../domain/audit.ts";
import type { Journal, JournalStore } from "../../domain/keeping.ts";
import { storedChange } from "../../domain/parse-project.ts";
import { applyEvents, type Project } from "../../domain/project.ts";
import { promptSetIdOf } from "../../domain/prompt-set-file.ts";
import { replay, snapshotOf } from "../../domain/replay.ts";

/** What outlives the journals opened on it: a disk, for all this file knows. Tests damage it on purpose. */
export type MemoryDisk = Map<ProjectId, MemoryFolder>;
export type MemoryFolder = {
  snapshot: unknown;
  entries: unknown[];
  unreadable: unknown[];
  readonly promptSets: Map<PromptSetId, Uint8Array>;
  audit: unknown[];
  written: boolean;
};

const emptyFolder = (): MemoryFolder => ({
  snapshot: null,
  entries: [],
  unreadable: [],
  promptSets: new Map(),
  audit: [],
  written: false,
});

export function createMemoryJournalStore(
  disk: MemoryDisk = new Map(),
  options: Readonly<{ compactEvery?: number; now?: () => number }> = {},
): JournalStore {
  const compactEvery = options.compactEvery ?? 200;
  const now = options.now ?? (() => 0);
  return {
    open: async (id, signal) => {
      signal.throwIfAborted();
      const folder = disk.get(id) ?? emptyFolder();
      disk.set(id, folder);
      const { project, damaged, warnings } = replay(id, folder.snapshot, folder.entries);
      const role = folder.written ? "reader" : "writer";
      if (role === "writer") {
        folder.written = true;
        folder.unreadable.push(...damaged.map((i) => folder.entries[i]));
        folder.entries = folder.entries.filter((_, i) => !damaged.includes(i));
        if (warnings.length === 0) {
          for (const known of folder.promptSets.keys())
            if (!project.promptSets.has(known)) folder.promptSets.delete(known);
        }
      }
      return { project, warnings, journal: journalOf(folder, role, project, { compactEvery, now }) };
    },
    forget: async (id) => {
      if (disk.get(id)?.written) throw new Fault("read-only", "This project is open. Close it before removing it.");
      disk.delete(id);
    },
  };
}

type Keeping = Readonly<{ compactEvery: number; now: () => number }>;

function journalOf(
  folder: MemoryFolder,
  role: Journal["role"],
  opened: Project,
  { compactEvery, now }: Keeping,
): Journal {
  let project = opened;
  let closed = false;
  const assertWriter = (): void => {
    if (role === "reader") throw new Fault("read-only", "This project is open elsewhere; here it can only be read.");
    if (closed) throw new Fault("storage", "The journal is closed; nothing more can be kept.");
  };
  return {
    role,
    append: async (change) => {
      assertWriter();
      const entry = storedChange(change);
      folder.audit.push(nextAuditEntry(parseAuditEntry(folder.audit.at(-1)), entry, now()));
      folder.entries.push(structuredClone(entry));
      project = applyEvents(project, change.events).project;
      if (folder.entries.length >= compactEvery) {
        folder.snapshot = structuredClone(snapshotOf(project));
        folder.entries = [];
      }
    },
    putPromptSet: async (id, bytes) => {
      assertWriter();
      assert(promptSetIdOf(bytes) === id, "a prompt set's id is the hash of its bytes");
      folder.promptSets.set(id, bytes.slice());
    },
    promptSet: async (id) => {
      const bytes = folder.promptSets.get(id);
      if (bytes === undefined) return null;
      if (promptSetIdOf(bytes) !== id) {
        throw new Fault("storage", "The kept bytes of this prompt set are damaged. Load its file again.", { id });
      }
      return bytes.slice();
    },
    // Memory goes with whoever reads it.
    onLost: () => {},
    rewrite: async (next, title) => {
      assertWriter();
      folder.audit = [firstAfterErasing(parseAuditEntry(folder.audit.at(-1)), title, now())];
      folder.snapshot = structuredClone(snapshotOf(next));
      folder.entries = [];
      folder.unreadable = [];
      for (const set of folder.promptSets.keys()) if (!next.promptSets.has(set)) folder.promptSets.delete(set);
      project = next;
    },
    audit: async () => folder.audit.map((entry) => parseAuditEntry(entry) ?? unreadableEntry),
    close: async () => {
      if (!closed && role === "writer") folder.written = false;
      closed = true;
    },
  };
}
