import { useEffect, useEffectEvent } from "react";
import { isTextField } from "../shortcuts";

/**
 * Accepts an image pasted from the clipboard, regardless of the focus. Text beside it, such as that
 * of cells in a spreadsheet, is for the field that has the focus.
 */
export function useImagePaste(onFile: (file: File) => void): void {
  const onPaste = useEffectEvent((event: ClipboardEvent) => {
    const file = event.clipboardData?.files[0];
    if (file === undefined) return;
    const text = event.clipboardData?.types.includes("text/plain");
    if (text && isTextField(event.target)) return;
    event.preventDefault();
    onFile(file);
  });

  useEffect(() => {
    addEventListener("paste", onPaste);
    return () => removeEventListener("paste", onPaste);
  }, []);
}
