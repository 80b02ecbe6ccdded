// What the viewer's test page tells its test.
import type { SlideViewer } from "../../../src/viewer/create-viewer.ts";

export type Report = {
  ready: boolean;
  clicks: { x: number; y: number }[];
  failures: string[];
  viewer: SlideViewer | null;
};

declare global {
  interface Window {
    report: Report;
  }
}
