"""Chromium without what browsers of the last three years may lack."""

REMOVE_NEWER_FEATURES = """
  for (const path of [
    "AbortSignal.any", "Array.fromAsync", "Error.isError", "Iterator", "Map.groupBy",
    "Math.sumPrecise", "Object.groupBy", "Promise.try", "Promise.withResolvers", "RegExp.escape",
    "Set.prototype.difference", "Set.prototype.intersection", "Set.prototype.isSubsetOf",
    "Set.prototype.union", "Uint8Array.fromBase64", "Uint8Array.prototype.toBase64",
    "URL.parse", "URL.canParse", "Document.prototype.startViewTransition",
    "Element.prototype.moveBefore", "HTMLElement.prototype.showPopover", "CloseWatcher",
    "PointerEvent.prototype.getCoalescedEvents", "PointerEvent.prototype.getPredictedEvents",
    "requestIdleCallback", "scheduler", "navigation", "CSS.highlights",
    "ClipboardItem",
  ]) {
    const names = path.split(".");
    const last = names.pop();
    const owner = names.reduce((object, name) => object?.[name], window);
    if (owner) delete owner[last];
  }
"""
"""A script for every page: deletes what was added to Chrome, Firefox or Safari after November 2023,
or that one of them still lacks."""
