import { type Dispatch, memo, useEffect, useEffectEvent, useRef } from "react";
import type { Evidence } from "../evidence";
import { percent } from "../messages";
import type { PlacedDigit } from "../numbers";
import type { RecognizerAction } from "../reducer";
import { EvidenceCaption, ModelInputImage } from "./ModelInput";

interface ModelInputsProps {
  readonly digits: readonly PlacedDigit[];
  /** Index of the digit that is explained. */
  readonly chosen: number;
  /** What is shown in red. */
  readonly evidence: Evidence | undefined;
  readonly dispatch: Dispatch<RecognizerAction>;
}

/** The model input of each of several digits, of which one is chosen to be explained. */
export const ModelInputs = memo(function ModelInputs(props: ModelInputsProps) {
  const { digits, chosen, evidence, dispatch } = props;
  const strip = useRef<HTMLFieldSetElement>(null);
  const showChosen = useEffectEvent(() => {
    const labels = strip.current?.querySelectorAll("label");
    const [first, shown] = [labels?.[0], labels?.[chosen]];
    // scrollIntoView would scroll the page, too.
    if (first && shown) strip.current?.scrollTo({ left: shown.offsetLeft - first.offsetLeft });
  });
  // Only with other digits: one that the mouse chooses must stay under it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => showChosen(), [digits]);

  return (
    <figure className="model-inputs">
      <fieldset ref={strip} tabIndex={-1} aria-label="What the model sees of each digit">
        {digits.map(({ digit, verdict, confidence, input }, index) => {
          const choose = () => dispatch({ type: "digitChosen", index });
          return (
            <label
              // biome-ignore lint/suspicious/noArrayIndexKey: a digit is its place
              key={index}
              onPointerEnter={(event) => event.pointerType === "mouse" && choose()}
            >
              <input
                type="radio"
                name="digit"
                className="visually-hidden"
                checked={index === chosen}
                onChange={choose}
              />
              <ModelInputImage
                image={input}
                alt=""
                evidence={index === chosen ? evidence : undefined}
              />
              <span data-verdict={verdict}>
                <b>
                  {digit}
                  {verdict === "unsure" && "?"}
                </b>{" "}
                {percent(confidence)}
              </span>
            </label>
          );
        })}
      </fieldset>
      <EvidenceCaption evidence={evidence} />
    </figure>
  );
});
