// What the page does by itself: links that ask, the browser's history, the open
// article, copying, announcing, dark and light. Nothing leaves the browser here.
window.passage = (() => {
  const LAMP = "passage.lamp", RECENT = "passage.recent", REMEMBERED = 8;
  const RIGHT_TO_LEFT = ["ar"];  // of the languages that the interface speaks
  const at = (selector) => document.querySelector(selector);
  const address = () => ["q", "language", "source"].map((key) => new URLSearchParams(location.search).get(key) || "");
  let opener = null;

  // The question in the address, for the handler that follows links.
  const next = () => address();

  // Gradio names its upload button otherwise than it labels it.
  const tidy = () => at("#upload button")?.removeAttribute("aria-label");

  // A question was asked: put it into the address, so that it can be shared and gone back to.
  function asked(inputs) {
    const [question, language, source] = inputs;
    const query = new URLSearchParams();
    for (const [key, value] of [["q", (question || "").trim()], ["language", language], ["source", source]])
      if (value) query.set(key, value);
    const url = query.size ? `?${query}` : location.pathname;
    if (url !== location.search) history.pushState(null, "", url);
    remember((question || "").trim());
    document.title = question ? `${question} · Passage` : "Passage";
    return inputs;
  }

  // The last questions stay in this browser.
  const recent = () => JSON.parse(localStorage.getItem(RECENT) || "[]");

  function remember(question) {
    if (!question) return;
    const others = recent().filter((one) => one !== question);
    localStorage.setItem(RECENT, JSON.stringify([question, ...others].slice(0, REMEMBERED)));
  }

  function remind() {
    const place = at(".recent");
    if (!place) return;
    place.hidden = !recent().length;
    place.querySelector("ul").replaceChildren(...recent().map((question) => {
      const link = document.createElement("a"), item = document.createElement("li");
      Object.assign(link, { href: `?q=${encodeURIComponent(question)}`, textContent: question, dir: "auto" });
      link.dataset.ask = "";
      item.append(link);
      return item;
    }));
  }

  function follow(url) {
    history.pushState(null, "", url);
    at("#follow").click();
  }

  // An article was opened: bring the framed passage into view and the keyboard to it.
  function opened() {
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const article = [...document.querySelectorAll("article.whole")].find((one) => one.offsetParent);
      if (!article) return;
      const frame = article.querySelector(".frame");
      const text = article.querySelector(".text");
      if (frame) text.scrollTop = frame.offsetTop - text.offsetTop - text.clientHeight / 4;
      if (matchMedia("(max-width: 900px)").matches) article.scrollIntoView({ block: "start" });
      (frame || article.querySelector(".close")).focus({ preventScroll: true });
    }));
  }

  function close(article) {
    article.remove();
    if (!opener) return;
    // The results may have been drawn anew meanwhile.
    const drawn = opener.isConnected ? opener : at(`[data-open="${CSS.escape(opener.dataset.open)}"]`);
    drawn?.focus();
  }

  async function copy(button) {
    const name = button.textContent;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = name; }, 1500);
  }

  function lamp(change) {
    const dark = change ? !document.body.classList.contains("dark") : localStorage.getItem(LAMP) === "dark";
    if (!change && !localStorage.getItem(LAMP)) return;
    document.body.classList.toggle("dark", dark);
    localStorage.setItem(LAMP, dark ? "dark" : "light");
  }

  document.addEventListener("click", (click) => {
    const link = click.target.closest("a[data-ask]");
    if (link && !click.metaKey && !click.ctrlKey && !click.shiftKey) {
      click.preventDefault();
      follow(link.getAttribute("href"));
    }
    const button = click.target.closest("button");
    if (!button) return;
    if (button.dataset.open) opener = button;
    if ("close" in button.dataset) close(button.closest("article"));
    if ("lamp" in button.dataset) lamp(true);
    if (button.dataset.copy) copy(button);
    if ("forget" in button.dataset) { localStorage.removeItem(RECENT); remind(); }
  });
  document.addEventListener("keydown", (key) => {
    const article = [...document.querySelectorAll("article.whole")].find((one) => one.offsetParent);
    if (key.key === "Escape" && article) close(article);
    if (key.key === "/" && !/INPUT|TEXTAREA/.test(document.activeElement.tagName)) {
      key.preventDefault();
      at("#question input, #question textarea").focus();
    }
  });
  window.addEventListener("popstate", () => at("#follow")?.click());

  // Gradio draws the page after this script; finish what it cannot say itself.
  function finish() {
    const live = at("#live"), box = at("#question input, #question textarea");
    if (!live || !box) return setTimeout(finish, 50);
    const spoken = navigator.language.split("-")[0];
    if (RIGHT_TO_LEFT.includes(spoken)) document.documentElement.dir = "rtl";
    live.setAttribute("role", "status");
    live.setAttribute("aria-live", "polite");
    box.dir = "auto";
    box.enterKeyHint = "search";
    lamp(false);
  }
  addEventListener("DOMContentLoaded", finish);
  if (document.readyState !== "loading") finish();
  return { asked, next, opened, remind, tidy };
})();
