/** Renders the page as it is before its script runs: at build time, into index.html. */

import { renderToString } from "react-dom/server";
import { App } from "./App";

export function prerender(): string {
  return renderToString(<App />);
}
