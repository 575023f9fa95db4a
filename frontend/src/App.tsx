import { useCallback, useState } from "react";
import { Controls } from "./components/Controls";
import { ExampleGallery } from "./components/ExampleGallery";
import { FeedbackPrompt } from "./components/FeedbackPrompt";
import { FingerSwitch } from "./components/FingerSwitch";
import { Footer } from "./components/Footer";
import { LiveRegion } from "./components/LiveRegion";
import { ModelInput } from "./components/ModelInput";
import { PredictedDigit } from "./components/PredictedDigit";
import { Probabilities } from "./components/Probabilities";
import { Sketchpad } from "./components/Sketchpad";
import { Status } from "./components/Status";
import { TakeAlong } from "./components/TakeAlong";
import { evidenceFor } from "./evidence";
import { isBlank, isPenDown } from "./history";
import { useExamplePlayer } from "./hooks/useExamplePlayer";
import { useImageDrop } from "./hooks/useImageDrop";
import { useImagePaste } from "./hooks/useImagePaste";
import { useRecognizer } from "./hooks/useRecognizer";
import { useShortcuts } from "./hooks/useShortcuts";
import { describeTiming, messageFor } from "./messages";
import { isStale, takesFeedback } from "./reducer";
import { rejectionReason, toImage } from "./upload";

export function App() {
  const { state, dispatch, secondsToRetry, submitFeedback } = useRecognizer();
  const { sketch, timedPrediction, failure } = state;
  const prediction = timedPrediction?.prediction;
  const [askedFor, setAskedFor] = useState<number | null>(null);
  const evidence = evidenceFor(prediction, askedFor);
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
  const asksForDigit = asksForFeedback && state.feedback.asking === "label";
  useShortcuts(dispatch, asksForDigit ? submitFeedback : null);

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
          />
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
          <div className="tiles">
            <PredictedDigit prediction={prediction} />
            <ModelInput image={prediction?.input} evidence={evidence} />
          </div>
          <Status
            message={message}
            timing={timedPrediction === null ? "" : describeTiming(timedPrediction)}
            busy={state.slow}
            error={failure !== null || state.rejection !== null}
            canRetry={failure?.retryable === true}
            secondsToRetry={secondsToRetry}
            dispatch={dispatch}
          />
          <Probabilities
            prediction={prediction}
            explained={evidence?.digit}
            onExplain={setAskedFor}
          />
          <FeedbackPrompt
            open={asksForFeedback}
            predicted={prediction?.digit ?? null}
            storesInputs={state.storesInputs}
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
