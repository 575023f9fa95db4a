/**
 * Audits the built frontend on a running server with Lighthouse, as on a slow phone and on a
 * desktop computer: `make lighthouse`. Fails if a category scores below MIN_SCORE.
 */

import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const MIN_SCORE = 0.95;

const [url] = process.argv.slice(2);
const chrome = await launch({ chromeFlags: ["--headless=new", "--no-sandbox"] });
let passed = true;
try {
  for (const [device, config] of [
    ["phone", undefined],
    ["desktop", desktopConfig],
  ]) {
    const { lhr } = await lighthouse(url, { port: chrome.port, logLevel: "error" }, config);
    const scores = Object.values(lhr.categories).map(({ title, score }) => {
      passed &&= score >= MIN_SCORE;
      return `${title} ${score}`;
    });
    console.log(`${device}: ${scores.join(", ")}`);
  }
} finally {
  chrome.kill();
}
if (!passed) {
  console.error(`A category scores below ${MIN_SCORE}.`);
  process.exitCode = 1;
}
