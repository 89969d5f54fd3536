// The map: what stands before a place is marked while it is pointed at or has the focus; topics are filtered.
const places = [...document.querySelectorAll("#maps .place")];
// What is the same in all widths of the map stands in the first one.
const first = {};
for (const place of places) first[place.dataset.slug] ??= place.dataset;
const filter = document.querySelector("#topic");
const told = document.querySelector("#told");

function mark(place) {
  const before = place ? first[place.dataset.slug].after.split(" ") : [];
  for (const one of places) one.classList.toggle("before", before.includes(one.dataset.slug));
  told.textContent = place ? place.getAttribute("aria-label") : "";
}

for (const place of places) {
  for (const event of ["pointerenter", "focus"]) place.addEventListener(event, () => mark(place));
  for (const event of ["pointerleave", "blur"]) place.addEventListener(event, () => mark(null));
}

function show() {
  const wanted = filter.value.trim().toLowerCase();
  const fits = (place) => `${first[place.dataset.slug].topics}|${place.dataset.slug}`.toLowerCase().includes(wanted);
  const slugs = new Set();
  for (const place of places) {
    const out = wanted !== "" && !fits(place);
    place.classList.toggle("out", out);
    if (!out) slugs.add(place.dataset.slug);
  }
  document.querySelector("#found").textContent = wanted === "" ? "" : `${slugs.size} fit`;
}

document.querySelector(".filter").hidden = false;
filter.addEventListener("input", show);
show();
