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
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = window.matchMedia("(max-width: 640px)");
  const font = getComputedStyle(document.body).fontFamily;
  const figures = JSON.parse(document.getElementById("report-data").textContent).figures || [];

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

  const draw = (look) =>
    Promise.all(
      figures.map((figure) =>
        window.Plotly.react(figure.id, coloured(figure.data, look), dressed(figure.layout, look), { displayModeBar: false, responsive: true }),
      ),
    );
  const current = () => INK[dark.matches ? "dark" : "light"];

  // Paper has no dark mode and no closed folds.
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((fold) => { fold.open = true; });
    if (window.Plotly) draw(INK.light);
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
    .then(() => draw(current()))
    .then(() => {
      document.documentElement.dataset.charts = "drawn";
      dark.addEventListener("change", () => draw(current()));
      narrow.addEventListener("change", () => draw(current()));
    })
    .catch(trouble);
})();
