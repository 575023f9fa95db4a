import { type FocusEvent, useLayoutEffect, useRef } from "react";

/**
 * Returns props for an element whose controls come and go. If the focused control goes, the focus
 * moves to the fieldset inside, or to the element itself, instead of the top of the page.
 */
export function useFocusFallback<Element extends HTMLElement = HTMLDivElement>() {
  const element = useRef<Element>(null);
  const focused = useRef(false);

  // After every render. React calls no onBlur for a control that it has removed.
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null || !focused.current || current.contains(document.activeElement))
      return;
    (current.querySelector("fieldset") ?? current).focus();
  });

  return {
    ref: element,
    tabIndex: -1,
    onFocus: () => {
      focused.current = true;
    },
    onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => {
      focused.current = currentTarget.contains(relatedTarget);
    },
  };
}
