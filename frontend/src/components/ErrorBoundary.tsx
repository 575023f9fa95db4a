import { Component, type ReactNode } from "react";

interface ErrorBoundaryProps {
  readonly children: ReactNode;
}

/** A fault in this page leaves a sentence and a way on, never an empty page. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <main className="page broken" role="alert">
        <h1>This page has stumbled</h1>
        <p>The fault is in the page, not in your drawing.</p>
        <button type="button" onClick={() => location.reload()}>
          Start afresh
        </button>
      </main>
    );
  }
}
