import { Controls } from "./components/Controls";
import { ExampleGallery } from "./components/ExampleGallery";
import { FeedbackPrompt } from "./components/FeedbackPrompt";
import { LiveRegion } from "./components/LiveRegion";
import { ModelInput } from "./components/ModelInput";
import { PredictedDigit } from "./components/PredictedDigit";
import { Probabilities } from "./components/Probabilities";
import { Sketchpad } from "./components/Sketchpad";
import { Status } from "./components/Status";
import { useImageDrop } from "./hooks/useImageDrop";
import { useImagePaste } from "./hooks/useImagePaste";
import { useRecognizer } from "./hooks/useRecognizer";
import { useShortcuts } from "./hooks/useShortcuts";
import { describeTiming, messageFor } from "./messages";
import { isStale } from "./reducer";
import { rejectionReason } from "./upload";

export function App() {
  const { state, dispatch, submitFeedback } = useRecognizer();
  const drop = useImageDrop(chooseFile);
  useImagePaste(chooseFile);
  useShortcuts(dispatch);
  const { sketch, timedPrediction } = state;
  const prediction = timedPrediction?.prediction;
  const message = messageFor(state);
  const stale = isStale(state);

  function chooseFile(file: File) {
    const reason = rejectionReason(file);
    dispatch(
      reason === null ? { type: "imageChosen", file } : { type: "fileRejected", reason },
    );
  }

  return (
    <div className="page" {...drop.handlers}>
      <header className="masthead">
        <h1>Digit recognizer</h1>
        <p>You write in ink; the model responds in red.</p>
      </header>
      <main className="columns">
        <section className="drawing" aria-label="Your drawing">
          <Sketchpad sketch={sketch} dropTarget={drop.dragging} dispatch={dispatch} />
          <Controls state={state} dispatch={dispatch} />
        </section>
        <section className="result" aria-label="The model’s prediction" data-stale={stale}>
          <div className="tiles">
            <PredictedDigit prediction={prediction} />
            <ModelInput image={prediction?.input} />
          </div>
          <Status
            message={message}
            busy={state.slow}
            error={state.failure !== null || state.rejection !== null}
            canRetry={state.failure?.retryable === true}
            onRetry={() => dispatch({ type: "retried" })}
          />
          <Probabilities prediction={prediction} />
          <div className="feedback">
            {prediction !== undefined &&
              prediction.verdict !== "blank" &&
              !sketch.penDown &&
              !stale && (
                // The key resets the prompt for each prediction.
                <FeedbackPrompt
                  key={state.lastTaskId}
                  predicted={prediction.digit}
                  storesInputs={state.storesInputs}
                  feedback={state.feedback}
                  onSubmit={submitFeedback}
                />
              )}
          </div>
          <p className="timing">
            {timedPrediction !== null && describeTiming(timedPrediction)}
          </p>
        </section>
        <ExampleGallery
          onFile={chooseFile}
          onExample={({ strokes }) => dispatch({ type: "exampleChosen", strokes })}
        />
      </main>
      <LiveRegion message={message} settled={!sketch.penDown} />
    </div>
  );
}
