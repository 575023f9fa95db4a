import { type DragEvent, type DragEventHandler, useState } from "react";

interface PictureDrop {
  /** A file is being dragged over the page. */
  readonly hovering: boolean;
  readonly handlers: {
    readonly onDragOver: DragEventHandler;
    readonly onDragLeave: DragEventHandler;
    readonly onDrop: DragEventHandler;
  };
}

/**
 * Takes files dropped anywhere on the element: one that just misses the paper
 * would otherwise make the browser leave the page to open it.
 */
export function usePictureDrop(onFile: (file: File) => void): PictureDrop {
  const [hovering, setHovering] = useState(false);

  function onDragOver(event: DragEvent) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setHovering(true);
  }

  function onDragLeave(event: DragEvent) {
    const into = event.relatedTarget;
    if (!(into instanceof Node && event.currentTarget.contains(into))) setHovering(false);
  }

  function onDrop(event: DragEvent) {
    const [file] = event.dataTransfer.files;
    if (file === undefined) return;
    event.preventDefault();
    setHovering(false);
    onFile(file);
  }

  return { hovering, handlers: { onDragOver, onDragLeave, onDrop } };
}
