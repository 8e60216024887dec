// Pages that stand open say within seconds that somebody else changed what they show, or is editing it.
const place = document.querySelector("#live"), EVERY = 4000;

if (place) {
  const news = place.querySelector("[data-news]"), editing = place.querySelector("[data-editing]");
  let stopped = false;
  async function ask() {
    if (document.hidden || stopped) return;
    try {
      const answer = await fetch(`${place.dataset.url}?${new URLSearchParams({ ticket: place.dataset.ticket, since: place.dataset.since })}`, { headers: { "X-Requested-With": "fetch" } });
      if (answer.redirected || answer.status === 404) stopped = true; // signed out, or the page is from yesterday
      else if (answer.ok) tell(await answer.json());
    } catch { /* the next one tries again */ }
  }
  function tell(told) {
    for (const [part, sentence] of [[news, told.news], [editing, told.editing]]) {
      const words = part.querySelector("span");
      if (words.textContent !== sentence) words.textContent = sentence;
      part.hidden = !sentence;
    }
    place.hidden = !told.news && !told.editing;
  }
  news.querySelector("button").addEventListener("click", () => location.reload());
  document.addEventListener("visibilitychange", ask);
  setInterval(ask, EVERY);
  ask();
}
