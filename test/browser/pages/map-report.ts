// What the map's test page offers its test.
import type { SlideViewer } from "../../../src/viewer/create-viewer.ts";

export type MapReport = {
  ready: boolean;
  /** When the last tile was asked for, ms of the page. */
  lastTile: number;
  failures: string[];
  viewer: SlideViewer | null;
  showMap: (on: boolean) => void;
};

declare global {
  interface Window {
    mapReport: MapReport;
  }
}
