// What the viewer's test page tells its test.
import type { SlideViewer } from "../../../src/viewer/create-viewer.ts";

export type Report = {
  ready: boolean;
  clicks: { x: number; y: number }[];
  failures: string[];
  viewer: SlideViewer | null;
  /** Tiles that are asked for now, at most at one time, and answered. */
  asking: number;
  mostAsked: number;
  answered: number;
};

declare global {
  interface Window {
    report: Report;
  }
}
