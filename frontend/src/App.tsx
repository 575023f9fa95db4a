import { useCallback, useMemo, useState } from "react";
import { Controls } from "./components/Controls";
import { ExampleGallery } from "./components/ExampleGallery";
import { FeedbackPrompt } from "./components/FeedbackPrompt";
import { FingerSwitch } from "./components/FingerSwitch";
import { Footer } from "./components/Footer";
import { Frames } from "./components/Frames";
import { LiveRegion } from "./components/LiveRegion";
import { ModelInput } from "./components/ModelInput";
import { ModelInputs } from "./components/ModelInputs";
import { PredictedDigit } from "./components/PredictedDigit";
import { Probabilities } from "./components/Probabilities";
import { Sketchpad } from "./components/Sketchpad";
import { Status } from "./components/Status";
import { TakeAlong } from "./components/TakeAlong";
import { type Evidence, evidenceFor } from "./evidence";
import { isBlank, isPenDown } from "./history";
import { useExamplePlayer } from "./hooks/useExamplePlayer";
import { useFocusFallback } from "./hooks/useFocusFallback";
import { useImageDrop } from "./hooks/useImageDrop";
import { useImagePaste } from "./hooks/useImagePaste";
import { useRecognizer } from "./hooks/useRecognizer";
import { useShortcuts } from "./hooks/useShortcuts";
import { describeTiming, messageFor } from "./messages";
import { digitsOf, firstToDoubt, textOf } from "./numbers";
import { isSettled, isStale, takesFeedback } from "./reducer";
import { rejectionReason, toImage } from "./upload";

/** Letters of a sentence about numbers that fit into one line in the larger font. */
const MAX_LARGE_LENGTH = 28;

export function App() {
  const { state, dispatch, secondsToRetry, submitFeedback } = useRecognizer();
  const { sketch, timedPrediction, imageSize, failure } = state;
  const prediction = timedPrediction?.prediction;
  const digits = useMemo(() => digitsOf(prediction), [prediction]);
  const several = digits.length > 1;
  const chosen = state.chosenDigit ?? firstToDoubt(digits);
  const reading = several ? digits[chosen] : prediction;
  const [asked, setAsked] = useState<Evidence | null>(null);
  const evidence = evidenceFor(reading, asked);
  const message = messageFor(state);
  const asksForFeedback = takesFeedback(state);

  const chooseFile = useCallback(
    (file: File) => {
      const reason = rejectionReason(file);
      dispatch(
        reason === null ? { type: "imageChosen", file } : { type: "fileRejected", reason },
      );
    },
    [dispatch],
  );
  const drop = useImageDrop(chooseFile);
  useImagePaste(chooseFile);
  const playExample = useExamplePlayer(dispatch);
  const asksForDigit = asksForFeedback && state.feedback.asking === "digit";
  useShortcuts(dispatch, asksForDigit);

  return (
    <div className="page" {...drop.handlers}>
      <header className="masthead">
        <h1>Digit recognizer</h1>
        <p>You write in ink. The model answers in red.</p>
        {state.penSeen && <FingerSwitch on={state.fingersDraw} dispatch={dispatch} />}
      </header>
      <main className="columns">
        <section className="drawing" aria-label="Your drawing">
          <Sketchpad
            sketch={sketch}
            fingersDraw={state.fingersDraw}
            dropTarget={drop.dragging}
            dispatch={dispatch}
          >
            {imageSize !== null &&
              isSettled(state) &&
              (several || sketch.drawing.image !== null) && (
                <Frames digits={digits} size={imageSize} chosen={several ? chosen : -1} />
              )}
          </Sketchpad>
          <Controls
            canUndo={sketch.past.length > 0 || isPenDown(sketch)}
            canRedo={sketch.future.length > 0}
            canClear={!isBlank(sketch)}
            penWidth={state.penWidth}
            dispatch={dispatch}
          />
        </section>
        <section
          className="result"
          aria-label="The model's prediction"
          data-stale={isStale(state)}
        >
          <div className="tiles" data-several={several} {...useFocusFallback()}>
            <PredictedDigit prediction={prediction} />
            {several ? (
              <ModelInputs
                digits={digits}
                chosen={chosen}
                evidence={evidence}
                dispatch={dispatch}
              />
            ) : (
              <ModelInput image={prediction?.input} evidence={evidence} />
            )}
          </div>
          <Status
            message={message}
            timing={timedPrediction === null ? "" : describeTiming(timedPrediction)}
            busy={state.slow}
            small={
              failure !== null ||
              state.rejection !== null ||
              (several && message.length > MAX_LARGE_LENGTH)
            }
            canRetry={failure?.retryable === true}
            secondsToRetry={secondsToRetry}
            dispatch={dispatch}
          />
          <Probabilities reading={reading} explained={evidence?.digit} onExplain={setAsked} />
          <FeedbackPrompt
            open={asksForFeedback}
            predicted={several && prediction ? textOf(prediction) : (prediction?.digit ?? null)}
            unsure={prediction?.verdict === "unsure"}
            // There is no single model input of several digits.
            storesInputs={state.storesInputs === true && !several}
            feedback={state.feedback}
            onSubmit={submitFeedback}
            dispatch={dispatch}
          />
          <TakeAlong drawing={sketch.drawing} prediction={prediction} toImage={toImage} />
        </section>
        <ExampleGallery onFile={chooseFile} onExample={playExample} />
      </main>
      <Footer />
      <LiveRegion message={message} settled={!isPenDown(sketch)} />
    </div>
  );
}
