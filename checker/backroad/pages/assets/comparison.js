// The page is whole without this: it shows one design at a time, and opens what is folded before it prints.
(() => {
  const sections = [...document.querySelectorAll(".beside")];
  const links = [...document.querySelectorAll(".switch a")];
  const first = links.find((link) => link.hasAttribute("aria-current"));
  const show = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const wanted = target?.closest(".beside")?.id ?? sections.find((one) => !one.hidden)?.id;
    sections.forEach((one) => { one.hidden = one.id !== wanted; });
    links.forEach((link) => {
      if (link.hash === `#${wanted}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    if (target?.matches("details")) target.open = true;
    target?.scrollIntoView();
  };
  if (sections.length > 1) {
    sections.forEach((one) => { one.hidden = first !== undefined && first.hash !== `#${one.id}`; });
    addEventListener("hashchange", show);
    if (location.hash) show();
  }
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open]):not(.fold)")];
    closed.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((one) => { one.open = false; }));
})();
