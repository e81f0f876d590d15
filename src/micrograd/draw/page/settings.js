// How the page trains: its buttons, and the fields of the learning rate, the optimizer, the batch and the speed.

import { choice, number, part, set } from "./controls.js";
import { SCHEDULE_NAMES } from "./schedules.js";
import { button, element, icon } from "./svg.js";
import { say } from "./words.js";

const SPEEDS = ["1", "2", "5", "10", "20", "50", "100"];
const SHARES = ["0", "0.1", "0.2", "0.3", "0.5"];

export function trainingPart(panel) {
  const { trainer, state } = panel;
  const { settings, told } = trainer;
  const at = (name, isGood) => (chosen) => {
    if (!isGood(chosen)) return false;
    settings[name] = chosen;
    panel.settingsChanged();
    return true;
  };
  const whole = (chosen) => chosen >= 1 && Number.isInteger(chosen);
  const chooseOptimizer = (chosen) => {
    settings.optimizer = chosen;
    trainer.forgetMoments();
    panel.settingsChanged();
    panel.build();
    document.getElementById("optimizer").focus();
  };
  const chooseSchedule = (chosen) => {
    settings.schedule = chosen;
    panel.settingsChanged();
    panel.build();
    document.getElementById("schedule").focus();
  };
  const seed = number("seed", say("otherWeights"), trainer.seed ?? "", { min: 0, max: 4294967295, step: 1 }, (chosen) => {
    if (chosen < 0 || chosen > 4294967295 || !Number.isInteger(chosen)) return false;
    if (chosen === trainer.seed) return true;
    trainer.drawWeights(chosen);
    panel.reset();
    panel.settingsChanged();
    return true;
  });
  const made = part(say("training"),
    set(
      button(say("train"), { id: "play" }, () => panel.play(!state.playing)),
      button(say("oneStep"), { id: "step" }, () => panel.advance(1), "+1"),
      button(say("tenSteps"), { id: "ten-steps" }, () => panel.advance(10), "+10"),
      button(say("startAgain"), { id: "reset" }, () => panel.reset(), icon("start"))),
    choice("steps-a-frame", say("stepsAFrame"), SPEEDS.map((n) => [n, n]), String(state.speed), (chosen) => {
      state.speed = Number(chosen);
      panel.settingsChanged();
    }),
    element("p", { id: "training-state", role: "status" }),
    back(panel),
    number("learning-rate", say("learningRate"), settings.rate, { min: 0, step: "any" }, at("rate", (chosen) => chosen >= 0)),
    choice("schedule", say("schedule"), SCHEDULE_NAMES.map((name) => [name, say(`schedule: ${name}`)]), settings.schedule, chooseSchedule),
    settings.schedule === "constant" ? null
      : number("schedule-steps", say(settings.schedule === "staircase" ? "everySteps" : "overSteps"), settings.over, { min: 1, step: 1 }, at("over", whole)),
    choice("optimizer", say("optimizer"), [["sgd", "SGD"], ["momentum", say("withMomentum")], ["adam", "Adam"]], settings.optimizer, chooseOptimizer),
    settings.optimizer === "momentum"
      ? number("momentum", say("momentum"), settings.momentum, { min: 0, max: 1, step: "any" }, at("momentum", (chosen) => chosen >= 0 && chosen < 1)) : null,
    number("batch-size", say("batchSize"), settings.batch || trainer.samples, { min: 1, step: 1 }, (chosen) => {
      if (!whole(chosen)) return false;
      settings.batch = chosen >= trainer.samples ? 0 : chosen;
      panel.settingsChanged();
      return true;
    }),
    trainer.samples > 1 ? choice("held-back", say("heldBack"), SHARES.map((share) => [share, `${Math.round(100 * share)} %`]), String(trainer.heldShare ?? 0), (chosen) => {
      trainer.holdBack(Number(chosen));
      panel.settingsChanged();
      panel.update();
    }) : null,
    told.fresh ? seed : null);
  made.classList.add("training");
  return made;
}

function back(panel) {
  const slider = element("input", { type: "range", id: "back", min: 0, max: panel.trainer.head, value: panel.trainer.step });
  const go = () => {
    if (Number(slider.value) === panel.trainer.step) return;
    panel.play(false);
    panel.trainer.goTo(Number(slider.value));
    panel.update();
  };
  slider.addEventListener("input", go);
  slider.addEventListener("change", go);
  return element("span", { class: "set wide" }, element("label", { for: "back" }, say("goBack")), slider);
}
