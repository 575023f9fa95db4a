/**
 * Copies text that may not be ready yet. Call it during a click: Safari allows no page to copy later,
 * but takes a promise then.
 */
export function copyText(text: Promise<string>): Promise<void> {
  // Firefox before 127.
  if (!("ClipboardItem" in globalThis)) {
    return text.then((content) => navigator.clipboard.writeText(content));
  }
  const blob = text.then((content) => new Blob([content], { type: "text/plain" }));
  return navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
}
