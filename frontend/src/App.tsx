import { Answer } from "./components/Answer";
import { Controls } from "./components/Controls";
import { LiveRegion } from "./components/LiveRegion";
import { ModelInput } from "./components/ModelInput";
import { Probabilities } from "./components/Probabilities";
import { Sketchpad } from "./components/Sketchpad";
import { Status } from "./components/Status";
import { whyRefused } from "./picture";
import { canClear, canUndo, isStale } from "./recogniser";
import { usePictureDrop } from "./usePictureDrop";
import { useRecogniser } from "./useRecogniser";
import { sentenceFor } from "./verdict";

export function App() {
  const [state, dispatch] = useRecogniser();
  const drop = usePictureDrop(takePicture);
  const sentence = sentenceFor(state);

  function takePicture(file: File) {
    const refusal = whyRefused(file);
    dispatch(
      refusal === null
        ? { type: "pictureChosen", file }
        : { type: "fileTurnedAway", sentence: refusal },
    );
  }

  return (
    <div className="page" {...drop.handlers}>
      <header className="masthead">
        <h1>Digit recogniser</h1>
        <p>You write in ink, the model answers in red.</p>
      </header>
      <main className="spread">
        <section className="writing" aria-label="Your digit">
          <Sketchpad
            strokes={state.strokes}
            penDown={state.penDown}
            picture={state.picture}
            inviteDrop={drop.hovering}
            dispatch={dispatch}
          />
          <Controls
            canUndo={canUndo(state)}
            canClear={canClear(state)}
            onUndo={() => dispatch({ type: "undone" })}
            onClear={() => dispatch({ type: "cleared" })}
            onPicture={takePicture}
          />
        </section>
        <section
          className="reading"
          aria-label="The model’s reading"
          data-stale={isStale(state)}
        >
          <div className="tiles">
            <Answer answer={state.answer} />
            <ModelInput picture={state.answer?.input} />
          </div>
          <Status
            sentence={sentence}
            working={state.slow}
            troubled={state.trouble !== null || state.turnedAway !== null}
            canRetry={state.trouble?.passing === true}
            onRetry={() => dispatch({ type: "retried" })}
          />
          <Probabilities answer={state.answer} />
        </section>
      </main>
      <LiveRegion sentence={sentence} settled={!state.penDown} />
    </div>
  );
}
