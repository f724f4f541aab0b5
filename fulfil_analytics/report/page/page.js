"use strict";
(() => {
  const trouble = (error) => {
    const box = document.getElementById("trouble");
    box.hidden = false;
    box.dataset.error = String((error && error.message) || error);
  };
  window.addEventListener("error", (event) => trouble(event.error || event.message));
  window.addEventListener("unhandledrejection", (event) => trouble(event.reason));

  const INK = {
    light: { ink: "#1b1f24", soft: "#57606a", line: "#d8dee4", paper: "#ffffff" },
    dark: { ink: "#e6edf3", soft: "#a3adb8", line: "#343b44", paper: "#161b22" },
  };
  const PAPER = 690; // CSS pixels between the margins of an A4 page
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = window.matchMedia("(max-width: 640px)");
  const font = getComputedStyle(document.body).fontFamily;
  const data = JSON.parse(document.getElementById("report-data").textContent);
  const figures = data.figures || [];

  // What is left as the page is read; the table itself says what was left at the moment the audit speaks for.
  const [day, hour, minute] = data.units;
  const span = (milliseconds) => {
    const minutes = Math.floor(Math.abs(milliseconds) / 60000);
    const parts = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
    if (parts[0]) return `${parts[0]} ${day} ${parts[1]} ${hour}`;
    return parts[1] ? `${parts[1]} ${hour} ${parts[2]} ${minute}` : `${parts[2]} ${minute}`;
  };
  const tick = () => {
    for (const item of document.querySelectorAll("time.countdown")) {
      const left = new Date(item.dateTime) - Date.now();
      const line = item.nextElementSibling || item.insertAdjacentElement("afterend", document.createElement("span"));
      line.className = left < 0 ? "left-now past" : "left-now";
      line.textContent = (left < 0 ? data.past : data.left).replace("{left}", span(left));
    }
  };
  tick();
  setInterval(tick, 30000);

  const unpack = async () => {
    const bytes = Uint8Array.from(atob(document.getElementById("report-plotly").textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
  };

  const dressed = (layout, look) => {
    const own = structuredClone(layout);
    own.font = { family: font, color: look.ink, size: narrow.matches ? 11 : 13 };
    own.hoverlabel = { bgcolor: look.paper, bordercolor: look.line, font: { family: font, color: look.ink } };
    for (const key of Object.keys(own)) {
      if (/^[xy]axis\d*$/.test(key)) {
        Object.assign(own[key], { gridcolor: look.line, linecolor: look.line, zerolinecolor: look.line, tickcolor: look.line });
      }
    }
    if (narrow.matches) {
      // The legend needs more lines there.
      own.height += 50;
      own.margin = { ...own.margin, l: 44, r: 4, b: own.margin.b + 50 };
    }
    return own;
  };

  // The palette's blue is too deep for lines on dark paper; its sky blue is not.
  const coloured = (data, look) =>
    look === INK.dark ? JSON.parse(JSON.stringify(data).replaceAll("#0072B2", "#56B4E9")) : data;

  // The element has the height of its figure: on a resize plotly takes the element's.
  const one = (figure, look, width) => {
    const layout = dressed(figure.layout, look);
    if (width) Object.assign(layout, { width, autosize: false });
    document.getElementById(figure.id).style.height = `${layout.height}px`;
    return window.Plotly.react(figure.id, coloured(figure.data, look), layout, { displayModeBar: false, responsive: !width });
  };
  const draw = (look, width) => Promise.all(figures.map((figure) => one(figure, look, width)));
  // One after the other, so that the page can be read and scrolled meanwhile.
  const drawInTurn = async () => {
    for (const figure of figures) {
      await one(figure, current());
      performance.mark(figure.id);
      await new Promise((done) => setTimeout(done));
    }
  };
  const current = () => INK[dark.matches ? "dark" : "light"];

  // Paper has no dark mode and no closed folds; the numbers behind a chart would double it.
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open]):not(.numbers)")];
    closed.forEach((fold) => { fold.open = true; });
    if (window.Plotly) draw(INK.light, PAPER);
  });
  window.addEventListener("afterprint", () => {
    closed.forEach((fold) => { fold.open = false; });
    if (window.Plotly) draw(current());
  });
  // A link to a rule opens its fold.
  const unfold = () => {
    const fold = location.hash.startsWith("#rule-") && document.getElementById(location.hash.slice(1));
    if (fold) fold.open = true;
  };
  window.addEventListener("hashchange", unfold);
  unfold();

  if (!figures.length) {
    document.documentElement.dataset.charts = "none";
    return;
  }
  unpack()
    .then(drawInTurn)
    .then(() => {
      document.documentElement.dataset.charts = "drawn";
      dark.addEventListener("change", () => draw(current()));
      narrow.addEventListener("change", () => draw(current()));
    })
    .catch(trouble);
})();
