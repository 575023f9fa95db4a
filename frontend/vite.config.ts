import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin, runnerImport } from "vite";

const api = "http://127.0.0.1:8000";

/** Shows the page before its script arrives, which then renders it anew in the same place. */
function prerenderedPage(): Plugin {
  let env: Record<string, unknown> = {};
  return {
    name: "prerendered-page",
    apply: "build",
    configResolved(config) {
      env = config.env;
    },
    transformIndexHtml: {
      order: "post",
      async handler(html, { path }) {
        if (path !== "/index.html") return html;
        const { module } = await runnerImport<typeof import("./src/prerender")>(
          "./src/prerender.tsx",
          { define: { "import.meta.env": JSON.stringify(env) } },
        );
        // The Content-Security-Policy leaves style attributes to scripts.
        const page = module.prerender().replaceAll(/ style="[^"]*"/g, "");
        // A browser that paints before the script needs it last.
        return html
          .replace('<div id="root">', `$&${page}`)
          .replace("<script ", '$&fetchpriority="low" ');
      },
    },
  };
}

/**
 * Leaves out what the page does not use of react-sketch-canvas: its own state and eraser. Without
 * these marks, the bundler must assume that defining a component does something.
 */
function paintingOnly(): Plugin {
  return {
    name: "painting-only",
    apply: "build",
    transform: {
      filter: { id: /react-sketch-canvas/ },
      handler: (code) =>
        code
          .replaceAll(/\w+\.displayName="[^"]*";/g, "")
          .replaceAll(/\w+\.forwardRef\(/g, "/* @__PURE__ */ $&"),
    },
  };
}

export default defineConfig({
  plugins: [react(), prerenderedPage(), paintingOnly()],
  build: {
    // All supported browsers preload modules themselves.
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ["index.html", "about.html"] },
  },
  server: {
    proxy: {
      "/predict": api,
      "/health": api,
      "/feedback": api,
      "/docs": api,
      "/openapi.json": api,
    },
  },
});
