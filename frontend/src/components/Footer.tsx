import { memo } from "react";

/** Empty if the build does not know the repository. */
const SOURCE_URL: string = import.meta.env.VITE_SOURCE_URL;

export const Footer = memo(function Footer() {
  return (
    <footer className="footer">
      <a href="/about.html#how-it-works">How it works</a>
      <a href="/about.html#accuracy">How well it reads</a>
      <a href="/about.html#privacy">What is stored</a>
      <a href="/docs">API</a>
      {SOURCE_URL !== "" && <a href={SOURCE_URL}>Source</a>}
    </footer>
  );
});
