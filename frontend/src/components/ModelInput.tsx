import { memo } from "react";
export const ModelInput = memo(function ModelInput({
  image,
}: {
  readonly image: string | null | undefined;
}) {
  return (
    <figure className="model-input">
      <div className="model-input-image grid-paper">
        {image != null && (
          <img src={image} alt="Your digit at 28 by 28 pixels" draggable={false} />
        )}
      </div>
      <figcaption>What the model sees</figcaption>
    </figure>
  );
});
