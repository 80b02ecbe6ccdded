// The project with undo and redo, and the promise that every change reaches the journal, in order. Knows no storage beyond the
// journal port, no clock (it is an argument) and no screen.
import { createStore, type StoreApi } from "zustand/vanilla";
import { Fault, type FaultData, faultToData, toFault } from "../base/fault.ts";
import type { Journal, WriterRole } from "../domain/keeping.ts";
import { storedChange } from "../domain/parse-project.ts";
import { applyEvents, type Project, type ProjectChange, type ProjectEvent } from "../domain/project.ts";
import { type Plain, say } from "../words/say.ts";

/** What takes one change back: apply `events` in order. `title` is the change's own: "Label Stroma". */
export type UndoEntry = Readonly<{ title: string; events: readonly ProjectEvent[] }>;

/**
 * `pending`: changes not yet durable. `failed`: why the oldest of them could not be saved; saving is tried again later. `lost`: what was
 * saved before is gone as well, and all of the project is saved with the next try.
 */
export type SavedStatus = Readonly<{
  pending: number;
  savedAt: number | null;
  failed: FaultData | null;
  lost: boolean;
}>;

export type ProjectState = Readonly<{
  project: Project;
  role: WriterRole;
  /** Latest last; unlimited. */
  undo: readonly UndoEntry[];
  redo: readonly UndoEntry[];
  saved: SavedStatus;
}>;

export type ProjectStore = Omit<StoreApi<ProjectState>, "setState"> &
  Readonly<{
    /** Applies at once, then saves in the background. Throws Fault `read-only` (nothing changed) where another tab writes. */
    dispatch(change: ProjectChange): void;
    /** Takes the last undoable change back; nothing to undo is no error. Throws Fault `read-only`. */
    undo(): void;
    redo(): void;
    /**
     * For forgetting: applies, and erases everything earlier from the journal and from undo. Rejects with Fault `storage` or `read-only`
     * and changes nothing where that cannot be kept.
     */
    rewrite(change: Omit<ProjectChange, "undoable">): Promise<void>;
    /** Tries again to save what is pending; resolves when all is durable, rejects with the Fault that prevents it. */
    flush(): Promise<void>;
  }>;

export type ProjectStoreDeps = Readonly<{
  project: Project;
  journal: Pick<Journal, "role" | "append" | "rewrite" | "onLost">;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Hears of every failure to save; the change stays on screen and pending. */
  onFault: (fault: Fault) => void;
}>;

export const readOnlyMessage: Plain =
  "This project is open in another tab or window, so it is read-only here. Close the other one and reload this page to write.";

export function createProjectStore(deps: ProjectStoreDeps): ProjectStore {
  const { journal, now, onFault } = deps;
  const store = createStore<ProjectState>()(() => ({
    project: deps.project,
    role: journal.role,
    undo: [],
    redo: [],
    saved: { pending: 0, savedAt: null, failed: null, lost: false },
  }));
  // Order matters to replay: a change that failed to save stays at the head and is tried again before any later one.
  const queue: ProjectChange[] = [];
  let saving: Promise<void> | null = null;
  journal.onLost((fault) => {
    store.setState(({ saved }) => ({ saved: { ...saved, savedAt: null, failed: faultToData(fault), lost: true } }));
    onFault(fault);
  });

  /** The changes that wait are part of what is shown. */
  const saveAll = async (): Promise<void> => {
    const covered = queue.length;
    await journal.rewrite(store.getState().project, "Kept again; the browser had cleared what was kept");
    queue.splice(0, covered);
    store.setState({ saved: { pending: queue.length, savedAt: now(), failed: null, lost: false } });
  };

  const save = async (): Promise<void> => {
    try {
      if (store.getState().saved.lost) await saveAll();
      for (let change = queue[0]; change; change = queue[0]) {
        try {
          await journal.append(change);
        } catch (error) {
          const unwritable = whyUnwritable(change);
          if (!unwritable) throw error;
          // Trying again would fail for ever and keep all later work from being saved.
          queue.shift();
          store.setState(({ saved }) => ({ saved: { ...saved, pending: queue.length } }));
          onFault(unwritable);
          continue;
        }
        queue.shift();
        const pending = queue.length;
        // Lost meanwhile: what was just kept was kept too early.
        store.setState(({ saved }) => ({
          saved: saved.lost ? { ...saved, pending } : { pending, savedAt: now(), failed: null, lost: false },
        }));
      }
    } catch (error) {
      const fault = toFault(error, "storage", say("Your last change could not be saved"));
      store.setState(({ saved, role }) => ({
        role: fault.kind === "read-only" ? "reader" : role,
        saved: { ...saved, failed: faultToData(fault) },
      }));
      onFault(fault);
      throw fault;
    } finally {
      // In the same breath as the loop's end: a change dispatched a moment later must start a new round.
      saving = null;
    }
  };
  const startSaving = (): Promise<void> => {
    saving ??= save();
    return saving;
  };

  const commit = (change: ProjectChange, next: (state: ProjectState) => Partial<ProjectState>): void => {
    if (store.getState().role === "reader") throw new Fault("read-only", readOnlyMessage);
    if (change.events.length === 0) return;
    queue.push(change);
    store.setState((state) => ({ ...next(state), saved: { ...state.saved, pending: queue.length } }));
    // onFault and `saved.failed` carry the failure; this promise is only for flush().
    startSaving().catch(() => {});
  };

  /** One step through history: applies the last entry of `from` and puts what takes that back onto `to`. */
  const step = (from: "undo" | "redo", to: "undo" | "redo", verb: string): void => {
    const entry = store.getState()[from].at(-1);
    if (!entry) return;
    const change: ProjectChange = { title: `${verb} ${entry.title}`, events: entry.events, undoable: false };
    commit(change, (state) => {
      const { project, inverse } = applyEvents(state.project, entry.events);
      return {
        project,
        [from]: state[from].slice(0, -1),
        [to]: [...state[to], { title: entry.title, events: inverse }],
      };
    });
  };

  const flush = async (): Promise<void> => {
    while (queue.length > 0 || store.getState().saved.lost) await startSaving();
  };

  return {
    getState: store.getState,
    getInitialState: store.getInitialState,
    subscribe: store.subscribe,
    dispatch: (change) =>
      commit(change, (state) => {
        const { project, inverse } = applyEvents(state.project, change.events);
        if (!change.undoable || inverse.length === 0) return { project };
        return { project, undo: [...state.undo, { title: change.title, events: inverse }], redo: [] };
      }),
    rewrite: async ({ title, events }) => {
      if (store.getState().role === "reader") throw new Fault("read-only", readOnlyMessage);
      await flush();
      await journal.rewrite(applyEvents(store.getState().project, events).project, title);
      store.setState((state) => ({ project: applyEvents(state.project, events).project, undo: [], redo: [] }));
    },
    undo: () => step("undo", "redo", "Undo"),
    redo: () => step("redo", "undo", "Redo"),
    flush,
  };
}

/** A Fault where the change itself can never be saved (it could not be read back); null where it can. */
function whyUnwritable(change: ProjectChange): Fault | null {
  try {
    storedChange(change);
    return null;
  } catch (error) {
    const { kind, message, detail } = toFault(error, "damaged", say("It cannot be written"));
    const what = say('"{title}" cannot be saved and is lost when this tab closes', {
      title: change.title.slice(0, 200),
    });
    return new Fault(kind, `${what}; everything else is saved. ${message}`, detail, error);
  }
}
