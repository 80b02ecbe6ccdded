// How the benchmark in Node reaches a page: one function by name, plain data in and out.
import { present } from "../../../base/fault.ts";

type PageFunction = (argument: never) => Promise<unknown>;

declare global {
  interface Window {
    callBench(name: string, argument: unknown): Promise<unknown>;
  }
}

export function offer(functions: Readonly<Record<string, PageFunction>>): void {
  window.callBench = (name, argument) => present(functions[name], `the page's ${name}`)(argument as never);
}
