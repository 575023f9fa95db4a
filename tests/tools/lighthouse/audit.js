/**
 * Judges the built page on its real server with Lighthouse, as on a slow phone and as on a desk:
 * `make lighthouse`. Fails where a category scores less than 0.95.
 */

import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const LEAST = 0.95;

const [address] = process.argv.slice(2);
const chrome = await launch({ chromeFlags: ["--headless=new", "--no-sandbox"] });
let good = true;
try {
  for (const [device, config] of [
    ["phone", undefined],
    ["desk", desktopConfig],
  ]) {
    const { lhr } = await lighthouse(address, { port: chrome.port, logLevel: "error" }, config);
    const scores = Object.values(lhr.categories).map(({ title, score }) => {
      good &&= score >= LEAST;
      return `${title} ${score}`;
    });
    console.log(`${device}: ${scores.join(", ")}`);
  }
} finally {
  chrome.kill();
}
if (!good) {
  console.error(`A category scores less than ${LEAST}.`);
  process.exitCode = 1;
}
