import { memo } from "react";
import { describeEvidence, type Evidence, strengths } from "../evidence";

interface ModelInputProps {
  readonly image: string | null | undefined;
  /** What is shown in red. */
  readonly evidence: Evidence | undefined;
}

/** The model input, ink on paper, with what speaks for a digit in red. */
export const ModelInput = memo(function ModelInput({ image, evidence }: ModelInputProps) {
  return (
    <figure className="model-input">
      <ModelInputImage image={image} alt="Your digit at 28 by 28 pixels" evidence={evidence} />
      <EvidenceCaption evidence={evidence} />
    </figure>
  );
});

export function ModelInputImage(props: ModelInputProps & { readonly alt: string }) {
  const { image, evidence, alt } = props;
  return (
    <div className="model-input-image grid-paper">
      {image != null && <img src={image} alt={alt} draggable={false} />}
      {image != null && evidence !== undefined && (
        <div className="evidence" data-testid="evidence" data-digit={evidence.digit}>
          {strengths(evidence).map((strength, part) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place
            <span key={part} style={{ opacity: strength }} />
          ))}
        </div>
      )}
    </div>
  );
}

export function EvidenceCaption({ evidence }: Pick<ModelInputProps, "evidence">) {
  return (
    <figcaption>
      {evidence === undefined ? (
        "What the model sees"
      ) : (
        <>
          Red speaks for {evidence.digit}
          <span className="visually-hidden">. {describeEvidence(evidence)}</span>
        </>
      )}
    </figcaption>
  );
}
