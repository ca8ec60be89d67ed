// What the page does by itself: the address, links that ask, the browser's history, the open
// article, copying, announcing, dark and light. Nothing leaves the browser here.
window.passage = (() => {
  const LAMP = "passage.lamp", RECENT = "passage.recent", COLOUR = "passage.colour", REMEMBERED = 8;
  const RIGHT_TO_LEFT = ["ar"];  // of the languages that the interface speaks
  const at = (selector) => document.querySelector(selector);
  let opener = null, steered = false;

  // A browser that is to keep nothing refuses even to name what would.
  const keeper = (name) => { try { return window[name]; } catch { return null; } };
  const local = keeper("localStorage"), session = keeper("sessionStorage");

  // Gradio names its upload button otherwise than it labels it.
  const tidy = () => at("#upload button")?.removeAttribute("aria-label");

  // A field for a day takes no year or month alone, which an address may name: it keeps them aside,
  // until it is changed. A year that is still being typed begins with zeros.
  const fields = () => document.querySelectorAll("#filters [name]");
  const typing = (field) =>
    field.type === "date" && (field.validity.badInput || (field.value && !/^[1-9]\d{3}-/.test(field.value)));
  const said = (field) => (typing(field) ? "" : field.value || field.dataset.said || "");

  // What the box and the filters say, as an address. What was said of hits stays
  // with the question that they were found for.
  function wanted() {
    const question = at("#question input, #question textarea").value.trim();
    const now = new URLSearchParams(location.search), query = new URLSearchParams();
    if (question) query.set("q", question);
    for (const field of fields()) if (said(field)) query.set(field.name, said(field));
    if (question && question === now.get("q"))
      for (const key of ["like", "unlike"]) for (const place of now.getAll(key)) query.append(key, place);
    return written(query);
  }

  // Links write blanks in another way than this page does.
  const written = (query) => (query.size ? `?${query}` : location.pathname);
  const news = () => wanted() !== written(new URLSearchParams(location.search));

  // Put it into the address, so that it can be shared and gone back to, and ask.
  function ask() {
    if (news()) history.pushState(null, "", wanted());
    press("#asked-now");
  }

  // What came is drawn unless something else has been asked or opened meanwhile.
  // Gives the values of the names, in their order; Gradio leaves alone what has none.
  let drawing = null;
  function take(came, names) {
    const { query = location.search, target = opener?.dataset.open } = came;
    drawing = query === location.search && target === opener?.dataset.open ? came : null;
    if (drawing) at("#failed").classList.remove("said");
    return names.map((name) => (drawing ? came[name] : undefined));
  }

  // A handler failed. What it would have answered may have been answered since.
  function failed() {
    still();
    at("#failed").classList.add("said");
  }

  // What takes longer than a moment shows that it is under way.
  let waiting = 0;
  function press(button) {
    clearTimeout(waiting);
    at("#live span")?.replaceChildren();  // so that the same again is read out, too
    waiting = setTimeout(() => at("#results").setAttribute("aria-busy", "true"), 300);
    at(button).click();
  }

  function still() {
    clearTimeout(waiting);
    at("#results").removeAttribute("aria-busy");
  }

  // An answer has come, to whatever the address asks.
  function arrived() {
    if (!drawing) return;
    still();
    const now = new URLSearchParams(location.search), question = now.get("q") || "";
    document.title = question ? `${question} · Passage` : "Passage";
    document.documentElement.lang = at("#filters form")?.lang || "en";  // the language that the page speaks
    // Gradio draws nothing anew that is the same as what it drew before.
    const spoken = at("#live span:empty");
    if (spoken) spoken.outerHTML = drawing.live;
    for (const field of fields()) field.value = field.dataset.said = drawing.narrowed[field.name];
    dated();
    remember(question);
    remind();
    if (at("#map")?.checkVisibility()) at("#map-again").click();
    if (steered) requestAnimationFrame(() => (at(".chips") || at("#question input, #question textarea")).focus());
    steered = false;
  }

  // The last questions stay in this browser.
  const recent = () => JSON.parse(local?.getItem(RECENT) || "[]");

  function remember(question) {
    if (!question) return;
    const others = recent().filter((one) => one !== question);
    local?.setItem(RECENT, JSON.stringify([question, ...others].slice(0, REMEMBERED)));
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

  // Folders, chosen or dropped: their files go where Gradio takes files up.
  const fits = (name, suffixes) => suffixes.some((suffix) => name.toLowerCase().endsWith(suffix));
  const hidden = (path) => path.split("/").some((part) => part.startsWith("."));

  async function* inside(entry) {
    if (entry.name.startsWith(".")) return;
    if (entry.isFile) return yield await new Promise((done, failed) => entry.file(done, failed));
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!some.length) return;
      for (const one of some) yield* inside(one);
    }
  }

  // For one file that is too large Gradio drops all; such files are named, and never reach it.
  const isOversized = (file) => file.size > +at("[data-largest]").dataset.largest;
  let left = [];
  const unsent = () => left.splice(0).join("\n");

  // from: the name of what they are from, which is named where it holds none that can be read.
  function hand(files, from) {
    const taken = new DataTransfer(), input = at("#upload input[type=file]");
    if (!input) return;
    left = files.length ? files.filter(isOversized).map((file) => file.name) : [from];
    for (const file of files) if (!isOversized(file)) taken.items.add(file);
    input.files = taken.files;
    if (taken.files.length) input.dispatchEvent(new Event("change", { bubbles: true }));
    else at("#none-fits").click();
  }

  document.addEventListener("change", (change) => {
    const files = [...(change.target.files || [])];
    if (!change.target.matches("#upload input") || !files.some(isOversized)) return;
    change.stopPropagation();
    hand(files);
  }, true);

  document.addEventListener("change", (change) => {
    const suffixes = change.target.dataset?.suffixes?.split(" ");
    const files = [...(change.target.files || [])];
    if (!suffixes || !files.length) return;
    const fitting = files.filter((file) => fits(file.name, suffixes) && !hidden(file.webkitRelativePath));
    hand(fitting, files[0].webkitRelativePath.split("/")[0]);
    change.target.value = "";
  });
  document.addEventListener("drop", async (drop) => {
    if (!drop.target.closest?.("#upload")) return;
    const entries = [...drop.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    if (!entries.some((entry) => entry.isDirectory) && ![...drop.dataTransfer.files].some(isOversized)) return;
    drop.preventDefault();
    drop.stopPropagation();
    const suffixes = at("[data-suffixes]").dataset.suffixes.split(" "), files = [];
    for (const entry of entries)
      for await (const file of inside(entry)) if (entry.isFile || fits(file.name, suffixes)) files.push(file);
    hand(files, entries.map((entry) => entry.name).join(", "));
  }, true);

  // A question before something is done: the keyboard goes to the harmless answer, and back.
  let doubted = null;
  const sure = () => requestAnimationFrame(() => at("#no")?.focus());
  const spared = () => (doubted?.isConnected ? doubted : at("#find input, #find textarea"))?.focus();

  function follow(url) {
    history.pushState(null, "", url);
    press("#follow");
  }

  // An article was opened: bring the framed passage into view and the keyboard to it.
  function opened() {
    if (!drawing) return;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const article = [...document.querySelectorAll("article.whole")].find((one) => one.offsetParent);
      if (!article) return;
      const frame = article.querySelector(".frame");
      const text = article.querySelector(".text");
      if (frame) text.scrollTop = frame.offsetTop - text.offsetTop - text.clientHeight / 4;
      const { top } = article.getBoundingClientRect();
      if (matchMedia("(max-width: 900px)").matches || top < 0 || top > innerHeight / 2)
        article.scrollIntoView({ block: "start" });
      frame?.scrollIntoView({ block: "nearest" });
      (frame || article.querySelector(".close")).focus({ preventScroll: true });
    }));
  }

  // The map: what a point tells, arrows from point to point, and its colours.
  const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const centre = (point) => ["cx", "cy"].map((name) => +point.querySelector("circle").getAttribute(name));

  function tell(point) {
    const card = at("#map .told");
    card.hidden = !point;
    if (!point) return;
    const [title, text] = point.getAttribute("aria-label").split("\n");
    card.replaceChildren(Object.assign(document.createElement("b"), { textContent: title, dir: "auto" }),
      Object.assign(document.createElement("span"), { textContent: text, dir: "auto" }));
    const sheet = card.parentElement.getBoundingClientRect(), dot = point.getBoundingClientRect();
    const across = (dot.x + dot.width / 2 - sheet.x) / sheet.width, down = (dot.y - sheet.y) / sheet.height;
    card.style.left = `${100 * across}%`;
    card.style.top = `${down < 0.55 ? dot.bottom - sheet.y + 8 : dot.y - sheet.y - 8}px`;
    card.style.transform = `translate(${-100 * across}%, ${down < 0.55 ? 0 : -100}%)`;
  }

  function walk(from, [right, down]) {
    const [x, y] = centre(from);
    let best = null, least = Infinity;
    for (const point of from.parentElement.querySelectorAll("[data-open]")) {
      const [dx, dy] = [centre(point)[0] - x, centre(point)[1] - y];
      const ahead = dx * right + dy * down, aside = Math.abs(dx * down + dy * right);
      if (point !== from && ahead > 0 && ahead + 2 * aside < least) [best, least] = [point, ahead + 2 * aside];
    }
    if (!best) return;
    from.setAttribute("tabindex", "-1");
    best.setAttribute("tabindex", "0");
    best.focus();
  }

  function drawn() {
    const way = at(`#map input[value="${session?.getItem(COLOUR)}"]`);
    if (way) way.checked = true;
  }

  for (const [event, shows] of [["pointerover", true], ["focusin", true], ["pointerout", false], ["focusout", false]])
    document.addEventListener(event, (happened) => {
      const point = happened.target.closest?.("#map g[data-open]");
      if (point) tell(shows ? point : null);
    });
  document.addEventListener("change", (change) => {
    if (change.target.name === "colouring") session?.setItem(COLOUR, change.target.value);
  });

  function close(article) {
    article.dispatchEvent(new Event("close", { bubbles: true }));
    if (!opener) return;
    // The results may have been drawn anew meanwhile.
    const drawn = opener.isConnected ? opener : at(`[data-open="${CSS.escape(opener.dataset.open)}"]`);
    drawn?.focus();
  }

  async function copy(button) {
    const name = button.textContent;
    if (navigator.clipboard) await navigator.clipboard.writeText(button.dataset.copy);
    else copyOldWay(button);
    if (name === button.dataset.done) return;  // it says so still, of the last click
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = name; }, 1500);
  }

  // Browsers give a page that came by plain http no clipboard.
  function copyOldWay(button) {
    const text = Object.assign(document.createElement("textarea"), { value: button.dataset.copy });
    button.after(text);
    text.select();
    document.execCommand("copy");
    text.remove();
    button.focus();
  }

  function lamp(change) {
    const dark = change ? !document.body.classList.contains("dark") : local?.getItem(LAMP) === "dark";
    if (!change && !local?.getItem(LAMP)) return;
    document.body.classList.toggle("dark", dark);
    local?.setItem(LAMP, dark ? "dark" : "light");
  }

  document.addEventListener("click", (click) => {
    const link = click.target.closest("a[data-ask]");
    if (link && !click.metaKey && !click.ctrlKey && !click.shiftKey) {
      click.preventDefault();
      steered = Boolean(link.closest("#results"));
      follow(link.getAttribute("href"));
    }
    opener = click.target.closest("[data-open]") || opener;
    const button = click.target.closest("button");
    if (!button) return;
    if (!button.closest("#sure")) doubted = button;
    if ("close" in button.dataset) close(button.closest("article"));
    if ("lamp" in button.dataset) lamp(true);
    if (button.dataset.copy) copy(button);
    if ("forget" in button.dataset) { local?.removeItem(RECENT); remind(); }
    if ("anyday" in button.dataset) {
      for (const field of days()) field.value = field.dataset.said = "";
      narrowed();
      at(".dates").open = false;
      at(".dates summary").focus();
    }
  });

  const days = () => [...document.querySelectorAll("#filters [type=date]")];

  // Say which dates are chosen.
  function dated() {
    const chosen = days().map(said), summary = at(".dates summary");
    if (!summary) return;
    summary.textContent = chosen.some(Boolean) ? chosen.join(" – ") : summary.dataset.any;
    summary.classList.toggle("chosen", chosen.some(Boolean));
  }

  // A filter was changed.
  function narrowed() {
    dated();
    if (news()) ask();
  }
  document.addEventListener("change", ({ target }) => {
    if (!target.closest("#filters") || typing(target)) return;
    target.dataset.said = "";
    narrowed();
  });
  document.addEventListener("submit", (submit) => submit.preventDefault());
  document.addEventListener("pointerdown", (press) => {
    const dates = at("#filters .dates[open]");
    if (dates && !dates.contains(press.target)) dates.open = false;
  });
  document.addEventListener("keydown", (key) => {
    const article = [...document.querySelectorAll("article.whole")].find((one) => one.offsetParent);
    const dates = at("#filters .dates[open]");
    if (key.key === "Escape" && dates) { dates.open = false; dates.querySelector("summary").focus(); }
    else if (key.key === "Escape" && article) close(article);
    const point = key.target.closest?.("#map g[data-open]");
    if (point && (key.key === "Enter" || key.key === " ")) point.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    if (point && ARROWS[key.key]) walk(point, ARROWS[key.key]);
    if (point && (ARROWS[key.key] || key.key === " ")) key.preventDefault();
    const box = at("#question input, #question textarea");
    if (key.key === "/" && box.checkVisibility() && !key.target.closest?.("input, textarea, select")) {
      key.preventDefault();
      box.focus();
    }
  });
  window.addEventListener("popstate", () => at("#follow") && press("#follow"));

  // Gradio draws the page after this script; finish what it cannot say itself.
  function finish() {
    const live = at("#live"), box = at("#question input, #question textarea");
    if (!live || !box) return setTimeout(finish, 50);
    const spoken = navigator.language.split("-")[0];
    if (RIGHT_TO_LEFT.includes(spoken)) document.documentElement.dir = "rtl";
    at("#failed").setAttribute("role", "alert");
    live.setAttribute("role", "status");
    live.setAttribute("aria-live", "polite");
    box.dir = "auto";
    box.enterKeyHint = "search";
    lamp(false);
  }
  addEventListener("DOMContentLoaded", finish);
  if (document.readyState !== "loading") finish();
  return { ask, arrived, drawn, failed, opened, spared, sure, take, tidy, unsent };
})();
