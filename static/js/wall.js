// A wall that hangs for weeks: reads its figures anew, turns its pages, and says when it could not. Nothing is kept but two timers.
const body = document.body, place = body.querySelector("[data-place]"), told = body.querySelector("[data-told]");
const EVERY = 60000, AGAIN = 15000, TURN = 20000;
const build = place.firstElementChild.dataset.build;
let page = 0, paused = false, over = false;

function show() {
  const pages = place.querySelectorAll("[data-page]");
  page = pages.length ? page % pages.length : 0;
  pages.forEach((each, number) => { each.hidden = number !== page; });
}

function say(sentence) {
  if (told.textContent !== sentence) told.textContent = sentence;
  told.hidden = !sentence;
  body.classList.toggle("stale", Boolean(sentence));
}

async function refresh() {
  let wait = EVERY;
  try {
    const answer = await fetch(body.dataset.figures, { headers: { "X-Wall": body.dataset.ticket }, credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(30000) });
    if (answer.status === 404) over = true;
    if (!answer.ok) throw new Error(answer.status);
    place.innerHTML = await answer.text();
    const now = place.firstElementChild.dataset;
    if (now.build !== build && (await fetch(location.href, { redirect: "manual" })).ok) { location.reload(); return; } // the house was renewed meanwhile
    const time = body.querySelector("[data-time]");
    time.dateTime = now.asOf;
    time.textContent = now.clock;
    over = false;
    say("");
    show();
  } catch {
    wait = AGAIN;
    say(over ? body.dataset.over : body.dataset.late.replace("{time}", body.querySelector("[data-time]").textContent));
  }
  setTimeout(refresh, wait);
}

body.querySelector("[data-pause]")?.addEventListener("click", (event) => {
  paused = !paused;
  event.currentTarget.setAttribute("aria-pressed", paused);
});
const full = body.querySelector("[data-full]");
full.hidden = !document.fullscreenEnabled;
full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
setInterval(() => { if (!paused) { page += 1; show(); } }, TURN);
show();
setTimeout(refresh, EVERY);
