export function ModelInput({ picture }: { readonly picture: string | null | undefined }) {
  return (
    <figure className="model-input">
      <div className="model-input-paper squared">
        {picture != null && (
          <img src={picture} alt="Your digit in 28 by 28 pixels" draggable={false} />
        )}
      </div>
      <figcaption>What the model sees</figcaption>
    </figure>
  );
}
