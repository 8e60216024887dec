{% load static %}// Without a net a page says so instead of breaking. Nothing of anybody is ever kept here.
const KEPT = "offline {% static 'suite.css' %}", PAGE = "{% url 'offline' %}";
const NEEDED = [PAGE, "{% static 'shell.css' %}", "{% static 'suite.css' %}"];

addEventListener("install", (event) => event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(NEEDED)).then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name))))));
addEventListener("fetch", (event) => {
  const { mode, method, url } = event.request;
  if (mode === "navigate" && method === "GET") event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
  else if (NEEDED.includes(new URL(url).pathname)) event.respondWith(fetch(event.request).catch(() => caches.match(new URL(url).pathname)));
});
