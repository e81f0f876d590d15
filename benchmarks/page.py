"""How fast the page that trains is in headless Chromium: when it is ready, and how many frames and steps it does.

The steps are held against the same loop in plain JavaScript with typed arrays.

python benchmarks/page.py [SECONDS]
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from micrograd.data import make_moons
from micrograd.draw import play
from micrograd.nn import MLP

# How long after the page's load its engine was ready, in milliseconds. (The page's policy allows no polling by eval.)
WATCH = """
const loaded = new Promise((done) => addEventListener("load", () => done(performance.now())));
const ready = new Promise((done) => {
  new MutationObserver((_, watcher) => {
    if (document.documentElement?.dataset.ready !== "yes") return;
    watcher.disconnect();
    playground.ready.then(() => done(performance.now()));
  }).observe(document, { attributes: true, childList: true, subtree: true, attributeFilter: ["data-ready"] });
});
window.readyAfterLoad = Promise.all([loaded, ready]).then(([before, after]) => Math.max(0, after - before));
"""

# Trains so many steps a frame for some seconds; then steps alone, and the same loop written by hand.
MEASURE = """async ([widths, steps, seconds]) => {
  const { panel } = playground.internals();
  await playground.ready;
  panel.state.speed = steps;
  let frames = 0;
  panel.play(true);
  const begun = performance.now();
  await new Promise((done) => {
    const next = () => {
      frames += 1;
      if (performance.now() - begun > 1000 * seconds) done();
      else requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  const rate = (1000 * frames) / (performance.now() - begun);
  panel.play(false);
  const best = (run, count) => {
    let least = Infinity;
    // The best of many: the machine may be busy, and code gets faster after a while.
    for (let k = 0; k < 25; k += 1) {
      const start = performance.now();
      run(count);
      least = Math.min(least, (performance.now() - start) / count);
    }
    return 1000 * least;
  };
  const ours = best((count) => panel.trainer.train(count, 1), 300);
  const plain = best(byHand(panel.trainer, widths), 100);
  return { rate, ours, plain };

  // One hidden layer after the other, ReLU; then sigmoid and squared error: typed arrays, nothing else.
  function byHand({ X, Y, weights }, widths) {
    const sizes = [2, ...widths, 1];
    const w = Float64Array.from(weights), gradient = new Float64Array(w.length);
    const offsets = [];
    let at = 0;
    for (let l = 1; l < sizes.length; l += 1) { offsets.push(at); at += sizes[l] * (sizes[l - 1] + 1); }
    const values = sizes.map((n) => new Float64Array(n)), errors = sizes.map((n) => new Float64Array(n));
    const last = sizes.length - 1;
    return (count) => {
      for (let step = 0; step < count; step += 1) {
        gradient.fill(0);
        for (let s = 0; s < Y.length; s += 1) {
          values[0][0] = X[2 * s]; values[0][1] = X[2 * s + 1];
          for (let l = 1; l <= last; l += 1) {
            const n = sizes[l - 1], given = values[l - 1], made = values[l];
            for (let j = 0; j < sizes[l]; j += 1) {
              const o = offsets[l - 1] + j * (n + 1);
              let total = w[o + n];
              for (let i = 0; i < n; i += 1) total += w[o + i] * given[i];
              made[j] = l < last ? Math.max(0, total) : 1 / (1 + Math.exp(-total));
            }
          }
          const p = values[last][0];
          errors[last][0] = (2 * (p - Y[s]) * p * (1 - p)) / Y.length;
          for (let l = last; l >= 1; l -= 1) {
            const n = sizes[l - 1], given = values[l - 1], before = errors[l - 1];
            before.fill(0);
            for (let j = 0; j < sizes[l]; j += 1) {
              const o = offsets[l - 1] + j * (n + 1), e = errors[l][j];
              for (let i = 0; i < n; i += 1) { gradient[o + i] += e * given[i]; before[i] += e * w[o + i]; }
              gradient[o + n] += e;
            }
            if (l > 1) for (let i = 0; i < n; i += 1) if (given[i] === 0) before[i] = 0;
          }
        }
        for (let i = 0; i < w.length; i += 1) w[i] -= 0.1 * gradient[i];
      }
    };
  }
}"""


def main() -> None:
    """Measure some networks on a hundred samples, and print a table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    X, y = make_moons(100, noise=0.1, random_state=42)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        print("hidden     ready (ms)   frames/s   µs a step   plain JavaScript   ratio")
        for widths in ([2], [16], [16, 16]):
            random.seed(42)
            model = MLP(2, [*widths, 1])
            made = play(lambda s, label, model=model: (model(s).sigmoid() - label) ** 2, model, X, y)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.add_init_script(WATCH)
            address = made.save(Path(folder) / "page.html").as_uri()
            ready = []
            for _ in range(4):
                page.goto("about:blank")
                page.goto(address)
                ready.append(page.evaluate("readyAfterLoad"))
            found = page.evaluate(MEASURE, [widths, 20, seconds])
            ours, plain = found["ours"], found["plain"]
            told = f"{widths!s:10} {min(ready):10.0f} {found['rate']:10.1f} {ours:11.1f}"
            print(f"{told} {plain:18.1f} {plain / ours:7.1f}", flush=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
