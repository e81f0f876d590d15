// Sets the learning rate that an example begins with, as a hand in its page would.
const frame = document.getElementById("live");

async function begin() {
  const page = frame.contentWindow;
  await page.playground.ready;
  const rate = page.document.getElementById("learning-rate");
  rate.value = frame.dataset.rate;
  for (const kind of ["input", "change"]) rate.dispatchEvent(new page.Event(kind, { bubbles: true }));
}

frame.addEventListener("load", begin);
if (frame.contentDocument?.readyState === "complete" && frame.contentWindow.playground) begin();
