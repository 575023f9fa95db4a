import { type DragEvent, type DragEventHandler, useState } from "react";

interface ImageDrop {
  /** A file is being dragged over the element. */
  readonly dragging: boolean;
  readonly handlers: {
    readonly onDragOver: DragEventHandler;
    readonly onDragLeave: DragEventHandler;
    readonly onDrop: DragEventHandler;
  };
}

/**
 * Accepts files dropped anywhere on an element. The element should be the whole page: a file
 * dropped elsewhere would make the browser leave the page to open it.
 */
export function useImageDrop(onFile: (file: File) => void): ImageDrop {
  const [dragging, setDragging] = useState(false);

  function onDragOver(event: DragEvent) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setDragging(true);
  }

  function onDragLeave(event: DragEvent) {
    const entered = event.relatedTarget;
    const stillInside = entered instanceof Node && event.currentTarget.contains(entered);
    if (!stillInside) setDragging(false);
  }

  function onDrop(event: DragEvent) {
    setDragging(false);
    const [file] = event.dataTransfer.files;
    if (file === undefined) return;
    event.preventDefault();
    onFile(file);
  }

  return { dragging, handlers: { onDragOver, onDragLeave, onDrop } };
}
