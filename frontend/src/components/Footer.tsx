import { memo } from "react";

export const Footer = memo(function Footer() {
  // Empty if the build does not know the repository.
  const source: string = import.meta.env.VITE_SOURCE_URL;
  return (
    <footer className="footer">
      <a href="/about.html#how-it-works">How it works</a>
      <a href="/about.html#accuracy">How well it reads</a>
      <a href="/about.html#privacy">What is stored</a>
      <a href="/docs">API</a>
      {source !== "" && <a href={source}>Source</a>}
    </footer>
  );
});
