// Ports for keeping things. Knows no storage; platform implements these over IndexedDB and, for tests and Node, memory.
import type { ProjectId, PromptSetId } from "../base/brand.ts";
import type { Fault } from "../base/fault.ts";
import type { AuditEntry } from "./audit.ts";
import type { Project, ProjectChange } from "./project.ts";

/** Who may write. One writer per project; everyone else reads. */
export type WriterRole = "writer" | "reader";

export type Journal = Readonly<{
  role: WriterRole;
  /** Resolves once the change is durable (strict durability); rejects with Fault `storage` or `read-only`. */
  append(change: ProjectChange): Promise<void>;
  /** Prompt set bytes live beside the journal, keyed by their hash. */
  putPromptSet(id: PromptSetId, bytes: Uint8Array): Promise<void>;
  promptSet(id: PromptSetId): Promise<Uint8Array | null>;
  /** Every change that was ever appended, oldest first, in a chain of hashes. Written with the change or not at all. */
  audit(): Promise<readonly AuditEntry[]>;
  /**
   * For forgetting: all that is kept is replaced by `project` as it is now. Earlier changes, entries that could not be read, bytes of
   * prompt sets it does not name and the audit log are erased; the log begins anew with `title` and the last hash of the one before,
   * so that whoever holds an exported log can join the two. All of it or nothing.
   */
  rewrite(project: Project, title: string): Promise<void>;
  /**
   * Heard of when the browser has taken away what was kept (the person cleared the site's data, or its disk ran short): from then on
   * `append` rejects with Fault `storage`, until `rewrite` has kept everything anew.
   */
  onLost(listener: (fault: Fault) => void): void;
  close(): Promise<void>;
}>;

export type OpenedProject = Readonly<{ project: Project; journal: Journal; warnings: readonly string[] }>;

export type JournalStore = Readonly<{
  /**
   * Replays the journal into the project it adds up to (empty when new) and opens it for writing if nobody else does.
   * `warnings` say in words what could not be read back. Faults: `storage` where nothing can be kept here, or another version
   * wrote the project.
   */
  open(id: ProjectId, signal: AbortSignal): Promise<OpenedProject>;
  /** Removes everything kept. */
  forget(id: ProjectId): Promise<void>;
}>;
