// Which colours the slide on the screen is shown in: as stored, or through its profile where it has one that can be applied.
import { useCallback, useEffect, useState } from "react";
import { isAbort, isFault } from "../base/fault.ts";
import { notify, type OpenSlide } from "../state/session-store.ts";
import type { TileColours } from "../viewer/slide-tile-source.ts";
import { say } from "../words/say.ts";
import { useApp, useUi } from "./app-context.ts";

/** Of the slide on the screen. `unusable`: it has one, and it cannot be applied. */
export type ProfileState = "unknown" | "none" | "usable" | "unusable";

export const coloursShown = (wanted: TileColours, profile: ProfileState): TileColours =>
  profile === "usable" ? wanted : "stored";

/** A profile that cannot be applied, not a tile or a connection that fails. */
export const blamesProfile = (error: unknown, colours: TileColours): boolean =>
  colours === "profile" && (isFault(error, "unsupported") || isFault(error, "limit"));

export type Colours = Readonly<{
  profile: ProfileState;
  shown: TileColours;
  /** To be told of every tile that could not be shown. True: it was the profile's fault, and the slide is shown as stored from now on. */
  onTileFailure(error: unknown, colours: TileColours): boolean;
}>;

export function useColours({ info, name }: OpenSlide): Colours {
  const { context } = useApp();
  const [profile, setProfile] = useState<ProfileState>("unknown");
  const wanted = useUi((state) => state.colours);
  const { id } = info;
  useEffect(() => {
    const controller = new AbortController();
    context.slides
      .profile({ slideId: id }, { signal: controller.signal })
      .then((bytes) => setProfile(bytes ? "usable" : "none"))
      .catch((error: unknown) => {
        if (!isAbort(error)) setProfile(isFault(error, "network") || isFault(error, "read") ? "unknown" : "unusable");
      });
    return () => controller.abort();
  }, [context, id]);

  const onTileFailure = useCallback(
    (error: unknown, colours: TileColours): boolean => {
      if (!blamesProfile(error, colours)) return false;
      setProfile("unusable");
      notify(
        context.session,
        "warning",
        say('The colour profile of "{name}" cannot be applied: its colours are shown as they are stored.', { name }),
      );
      return true;
    },
    [context, name],
  );
  return { profile, shown: coloursShown(wanted, profile), onTileFailure };
}
