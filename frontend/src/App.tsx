import { Answer } from "./components/Answer";
import { Controls } from "./components/Controls";
import { Judgement } from "./components/Judgement";
import { LiveRegion } from "./components/LiveRegion";
import { ModelInput } from "./components/ModelInput";
import { Probabilities } from "./components/Probabilities";
import { Shelf } from "./components/Shelf";
import { Sketchpad } from "./components/Sketchpad";
import { Status } from "./components/Status";
import { whyRefused } from "./picture";
import { isStale } from "./recogniser";
import { usePictureDrop } from "./usePictureDrop";
import { usePicturePaste } from "./usePicturePaste";
import { useRecogniser } from "./useRecogniser";
import { useShortcuts } from "./useShortcuts";
import { sentenceFor, timing } from "./verdict";

export function App() {
  const { state, dispatch, judge } = useRecogniser();
  const drop = usePictureDrop(takePicture);
  usePicturePaste(takePicture);
  useShortcuts(dispatch);
  const { sketch, reading } = state;
  const answer = reading?.answer;
  const sentence = sentenceFor(state);
  const stale = isStale(state);

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
          <Sketchpad sketch={sketch} inviteDrop={drop.hovering} dispatch={dispatch} />
          <Controls state={state} dispatch={dispatch} />
        </section>
        <section className="reading" aria-label="The model’s reading" data-stale={stale}>
          <div className="tiles">
            <Answer answer={answer} />
            <ModelInput picture={answer?.input} />
          </div>
          <Status
            sentence={sentence}
            working={state.slow}
            troubled={state.trouble !== null || state.turnedAway !== null}
            canRetry={state.trouble?.passing === true}
            onRetry={() => dispatch({ type: "retried" })}
          />
          <Probabilities answer={answer} />
          <div className="judgement">
            {answer !== undefined &&
              answer.verdict !== "blank" &&
              !sketch.penDown &&
              !stale && (
                // The key asks anew about each reading.
                <Judgement
                  key={state.lastTaskId}
                  read={answer.digit}
                  keepsInk={state.keepsInk}
                  judgement={state.judgement}
                  onJudge={judge}
                />
              )}
          </div>
          <p className="timing">{reading !== null && timing(reading)}</p>
        </section>
        <Shelf
          onPicture={takePicture}
          onExample={({ strokes }) => dispatch({ type: "exampleChosen", strokes })}
        />
      </main>
      <LiveRegion sentence={sentence} settled={!sketch.penDown} />
    </div>
  );
}
