/* Scanning by ear: the input keeps the focus, a high tone says right, a low one wrong. */

let context;

function tone(frequency, seconds) {
  context ??= new AudioContext();
  const oscillator = context.createOscillator(), volume = context.createGain();
  oscillator.frequency.value = frequency;
  volume.gain.setValueAtTime(0.2, context.currentTime);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start();
  oscillator.stop(context.currentTime + seconds);
}

document.body.addEventListener("htmx:afterSettle", () => {
  const form = document.querySelector("form.scan");
  form?.querySelector("#scan-code")?.focus();
  if (form?.dataset.outcome === "good") tone(1200, 0.08);
  if (form?.dataset.outcome === "bad") tone(220, 0.4);
});
