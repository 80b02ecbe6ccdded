// Commands on downloads of open backbones: begin or go on, pause, remove, and from where. What is whole is not loaded by itself: that goes
// through the form, as with files a person gives. Knows no network.
import { Fault, faultToData, isAbort, toFault } from "../../base/fault.ts";
import { hubModel } from "../../domain/hub-models.ts";
import { hub, parseHubPlace } from "../../domain/hub-place.ts";
import { isWhole, totalOf } from "../../domain/kept-download.ts";
import type { GivenFile } from "../../protocol/engine-api.ts";
import { say } from "../../words/say.ts";
import type { Action, ActionContext } from "../action.ts";
import { type HubDownload, notify, type SessionState } from "../session-store.ts";

type Id = Readonly<{ id: string }>;

const downloadOf = ({ hub: { downloads } }: SessionState, id: string): HubDownload | null => downloads[id] ?? null;

function put({ session }: Pick<ActionContext, "session">, id: string, download: HubDownload | null): void {
  session.setState(({ hub: state }) => {
    const { [id]: _old, ...others } = state.downloads;
    return { hub: { ...state, downloads: download === null ? others : { ...others, [id]: download } } };
  });
}

/** At the start of a visit: what earlier ones left, and where files are asked for. Asks no server. */
export const startHub: Action = {
  id: "hub/start",
  title: "Look for downloads",
  enabled: () => true,
  run: async (context) => {
    const { session } = context;
    try {
      const [{ downloads, warnings }, place] = await Promise.all([context.hub.list(), context.hub.place()]);
      session.setState(({ hub: state }) => ({ hub: { ...state, place } }));
      for (const { download, bytes } of downloads) {
        if (downloadOf(session.getState(), download.id) !== null) continue;
        const state: HubDownload = isWhole(download)
          ? { kind: "ready", download, notes: [] }
          : { kind: "paused", bytes, total: totalOf(download), fault: null };
        put(context, download.id, state);
      }
      for (const warning of warnings) notify(session, "warning", warning);
    } catch (error) {
      // A browser that keeps nothing says so where it matters: when something is to be kept.
      if (isAbort(error)) throw error;
    }
  },
};

/**
 * Begins, or goes on where bytes are kept. The person has agreed to the servers, the size and the terms. `token`: typed for this once.
 * How it went is in `session.hub`.
 */
export const downloadModel: Action<Id & Readonly<{ token: string | null }>> = {
  id: "hub/download",
  title: "Download",
  enabled: ({ session }, { id }) => {
    if (!hubModel(id)) return say("This backbone is not in the list any more.");
    const kind = downloadOf(session, id)?.kind;
    if (kind === "running") return say("It is being downloaded.");
    return kind === "ready" ? say("It is here already.") : true;
  },
  run: async (context, { id, token }) => {
    const { session } = context;
    const model = hubModel(id);
    if (!model) return;
    const before = downloadOf(session.getState(), id);
    const { bytes, total } = before?.kind === "paused" ? before : { bytes: 0, total: null };
    put(context, id, { kind: "running", progress: { bytes, total, file: null, waiting: null, notes: [] } });
    const controller = new AbortController();
    context.downloads.set(id, controller);
    const { repo, revision, weights, size } = model;
    const job = { id, repo, revision, weights, agreedBytes: size.bytes, place: session.getState().hub.place, token };
    let notes: readonly string[] = [];
    const paused = (fault: Fault | null): void => {
      const now = downloadOf(session.getState(), id);
      if (now?.kind !== "running") return;
      const { progress } = now;
      put(context, id, { kind: "paused", ...progressed(progress), fault: fault && faultToData(fault) });
    };
    try {
      const download = await context.hub.download(job, {
        signal: controller.signal,
        onProgress: (progress) => {
          notes = progress.notes;
          if (context.downloads.get(id) === controller) put(context, id, { kind: "running", progress });
        },
      });
      put(context, id, { kind: "ready", download, notes });
      notify(session, "info", say("{name} is here and checked. Load it under Open models.", { name: model.name }));
    } catch (error) {
      paused(
        isAbort(error) ? null : toFault(error, "network", say("{name} could not be downloaded", { name: model.name })),
      );
    } finally {
      if (context.downloads.get(id) === controller) context.downloads.delete(id);
    }
  },
};

const progressed = ({ bytes, total }: Readonly<{ bytes: number; total: number | null }>) => ({ bytes, total });

/** What has come is kept. */
export const pauseDownload: Action<Id> = {
  id: "hub/pause",
  title: "Pause",
  enabled: ({ session }, { id }) => downloadOf(session, id)?.kind === "running" || say("It is not being downloaded."),
  run: ({ downloads }, { id }) => downloads.get(id)?.abort(),
};

/** What has come of it is thrown away. */
export const removeDownload: Action<Id> = {
  id: "hub/remove",
  title: "Remove what has come",
  enabled: ({ session }, { id }) => {
    const download = downloadOf(session, id);
    if (!download) return say("There is nothing of it.");
    return download.kind === "running" ? say("Pause it first.") : true;
  },
  run: (context, { id }) => forgetDownload(context, id),
};

/** After it is kept as a backbone, or because the person said so. */
export async function forgetDownload(context: ActionContext, id: string): Promise<void> {
  try {
    await context.hub.remove(id);
    put(context, id, null);
  } catch (error) {
    const fault = toFault(error, "storage", say("The download could not be removed"));
    notify(context.session, "error", fault.message, fault);
  }
}

/** The files of a whole download. Fault `storage` where they are not there any more, which is then said of it too. */
export async function filesOfDownload(context: ActionContext, id: string): Promise<readonly GivenFile[]> {
  const state = downloadOf(context.session.getState(), id);
  if (state?.kind !== "ready") throw new Fault("invalid", "It is not whole yet.");
  try {
    return await context.hub.files(state.download);
  } catch (error) {
    const fault = toFault(error, "storage", say("The downloaded files could not be read"));
    put(context, id, { kind: "paused", bytes: 0, total: totalOf(state.download), fault: faultToData(fault) });
    throw fault;
  }
}

/** Where downloads are asked for from now on; an empty address is the hub itself. What is half here from elsewhere begins anew. */
export const setHubPlace: Action<Readonly<{ address: string; fileHosts: string }>> = {
  id: "hub/place",
  title: "Use this mirror",
  enabled: ({ session }) =>
    Object.values(session.hub.downloads).every(({ kind }) => kind !== "running") || say("Pause the downloads first."),
  run: async (context, { address, fileHosts }) => {
    const place = address.trim() === "" ? hub : parseHubPlace(address, fileHosts);
    await context.hub.setPlace(place);
    context.session.setState(({ hub: state }) => ({ hub: { ...state, place } }));
  },
};
