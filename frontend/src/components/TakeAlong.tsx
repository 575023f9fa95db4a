import { memo, type ReactNode, useState } from "react";
import type { Prediction } from "../api";
import { copyText } from "../clipboard";
import { type Drawing, isReadable } from "../history";
import { toCurl, toHash, toJson } from "../share";
import type { SentImage } from "../upload";

interface TakeAlongProps {
  readonly drawing: Drawing;
  readonly prediction: Prediction | undefined;
  /** The drawing as the API gets it. */
  readonly toImage: (drawing: Drawing) => Promise<SentImage>;
}

/** Copies the drawing or its prediction, to show to others or to build with. */
export const TakeAlong = memo(function TakeAlong(props: TakeAlongProps) {
  const { drawing, prediction, toImage } = props;
  const [outcome, setOutcome] = useState<{ readonly for: Drawing; readonly text: string }>();

  async function copy(what: string, text: Promise<string>) {
    try {
      await copyText(text);
      setOutcome({ for: drawing, text: `${what} copied.` });
    } catch (error) {
      console.error(error);
      // What could not be made could not be copied.
      const reason = await text.then(
        () => "Your browser lets this page copy nothing.",
        ({ message }: Error) => message,
      );
      setOutcome({ for: drawing, text: reason });
    }
  }

  async function link(): Promise<string> {
    return location.origin + location.pathname + toHash(drawing.strokes);
  }

  async function curl(): Promise<string> {
    const { blob } = await toImage(drawing);
    return toCurl(`${location.origin}/predict`, await toDataUrl(blob));
  }

  async function json(current: Prediction): Promise<string> {
    return toJson(current);
  }

  const readable = isReadable(drawing);
  const copied = outcome?.for === drawing ? outcome.text : "";
  return (
    <div className="take-along">
      <CopyButton
        onClick={readable && drawing.image === null ? () => copy("Link", link()) : undefined}
      >
        Copy link
      </CopyButton>
      <CopyButton onClick={readable ? () => copy("Command", curl()) : undefined}>
        Copy as curl
      </CopyButton>
      <CopyButton
        onClick={prediction === undefined ? undefined : () => copy("JSON", json(prediction))}
      >
        Copy JSON
      </CopyButton>
      <p>
        <span role="status">{copied}</span>
        {copied === "" && drawing.image !== null && "Images have no link: none is stored."}
      </p>
    </div>
  );
});

interface CopyButtonProps {
  /** Undefined if there is nothing to copy. */
  readonly onClick: (() => void) | undefined;
  readonly children: ReactNode;
}

function CopyButton({ onClick, children }: CopyButtonProps) {
  return (
    <button type="button" aria-disabled={onClick === undefined} onClick={onClick}>
      {children}
    </button>
  );
}

function toDataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
