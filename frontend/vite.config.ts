import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const api = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
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
