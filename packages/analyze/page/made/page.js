"use strict";
(() => {
  // dom.ts
  var FORBIDDEN = /^(on|style$|src|srcdoc$|action$|formaction$|xlink)/i;
  function apply(element, { class: name, id, title, on, set }) {
    if (name !== void 0) element.setAttribute("class", name);
    if (id !== void 0) element.id = id;
    if (title !== void 0) element.setAttribute("title", title);
    for (const [event, listener] of Object.entries(on ?? {})) element.addEventListener(event, listener);
    for (const [key, value] of Object.entries(set ?? {})) {
      if (FORBIDDEN.test(key)) throw new Error(`attribute ${key}`);
      if (key === "href" && !String(value).startsWith("#")) throw new Error("an address that leaves the page");
      if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : String(value));
    }
  }
  function append(element, children) {
    for (const child of children) {
      if (child === null || child === false || child === void 0) continue;
      element.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
  function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    apply(element, attributes);
    append(element, children);
    return element;
  }
  function svg(tag, attributes = {}, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    apply(element, attributes);
    append(element, children);
    return element;
  }
  function breakable(text) {
    const [first = "", ...parts] = text.split(/(?<=[^\s/=:"']\/)(?=[^/\s])/);
    return [first, ...parts.flatMap((part) => [h("wbr"), part])];
  }
  function announce(text) {
    const place = document.getElementById("said");
    if (place === null) return;
    place.textContent = text;
    place.classList.add("shown");
    window.setTimeout(() => place.classList.remove("shown"), 2500);
  }
  function handleButton(handle) {
    return h("button", { class: "handle", title: `coldstat raw ${handle}`, set: { type: "button", "data-handle": handle } }, handle);
  }
  function watchHandles() {
    document.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-handle]") : null;
      if (button === null) return;
      const command = `coldstat raw ${button.getAttribute("data-handle")}`;
      if (navigator.clipboard === void 0) announce(command);
      else
        navigator.clipboard.writeText(command).then(
          () => announce(`copied: ${command}`),
          () => announce(command)
        );
    });
  }
  function plural(n, one, many = `${one}s`) {
    return `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
  }

  // section.ts
  function section(id, title, lead, ...children) {
    const heading = h("h2", { id: `${id}-title`, set: { tabindex: -1 } }, title);
    const element = h(
      "section",
      { id, set: { "aria-labelledby": `${id}-title` } },
      heading,
      lead === null ? null : h("p", { class: "lead" }, lead),
      ...children
    );
    return { id, title, element };
  }
  function fold(summary2, open, ...children) {
    return h("details", { class: "fold", set: { open } }, h("summary", {}, summary2), ...children);
  }

  // query.ts
  function parseFilter(text) {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "" && word !== "-");
    return { wanted: words.filter((w) => !w.startsWith("-")), unwanted: words.filter((w) => w.startsWith("-")).map((w) => w.slice(1)) };
  }
  function passes(text, { wanted, unwanted }) {
    return wanted.every((word) => text.includes(word)) && !unwanted.some((word) => text.includes(word));
  }
  function isEmpty({ wanted, unwanted }) {
    return wanted.length + unwanted.length === 0;
  }
  var ORDER = new Intl.Collator("en", { numeric: true });
  function compareCells(a, b) {
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
    return ORDER.compare(a, b);
  }

  // table.ts
  var FIRST = 40;
  var MORE = 400;
  var MAX_FACET = 16;
  var SMALL = 8;
  var BROKEN = /* @__PURE__ */ new Set(["mono", "text", "long"]);
  var SHORT = 18;
  var DataTable = class {
    element;
    #look;
    #columns;
    /** Columns that are shown: one that says nothing in any row takes no place. */
    #places;
    #rows;
    #texts = [];
    #order = [];
    #shown;
    #sort = null;
    #own = parseFilter("");
    #global = parseFilter("");
    #chosen = /* @__PURE__ */ new Map();
    #body = h("tbody");
    #count = h("span", { class: "count", set: { role: "status" } });
    #more = h("p", { class: "more" });
    #heads;
    #input;
    constructor({ columns: columns2, rows }, look) {
      this.#look = look;
      this.#columns = columns2;
      this.#rows = rows;
      this.#places = [...columns2.keys()].filter((i) => rows.length === 0 || rows.some((row) => (row[i] ?? null) !== null && row[i] !== ""));
      this.#shown = look.first ?? FIRST;
      this.#heads = columns2.map((column, i) => this.#head(column, i));
      this.#input = h("input", {
        class: "filter",
        on: { input: () => this.filter(this.#input.value) },
        set: { type: "search", placeholder: "filter: words, -not", "aria-label": `Filter ${look.caption}`, spellcheck: "false" }
      });
      const small = rows.length <= SMALL;
      this.element = h(
        "div",
        { class: "data" },
        h("div", { class: small ? "tools small" : "tools" }, this.#input, ...columns2.map((c, i) => this.#facet(c, i)), this.#count),
        h(
          "div",
          { class: "scroll", set: { role: "region", tabindex: 0, "aria-label": look.caption } },
          h("table", {}, h("caption", {}, look.caption), h("thead", {}, h("tr", {}, ...this.#places.map((i) => this.#heads[i]))), this.#body)
        ),
        this.#more
      );
      this.#select();
    }
    get total() {
      return this.#rows.length;
    }
    /** Puts words into the filter of this table. */
    filter(text) {
      if (this.#input.value !== text) this.#input.value = text;
      this.#own = parseFilter(text);
      this.#shown = this.#look.first ?? FIRST;
      this.#select();
    }
    search(filter) {
      this.#global = filter;
      this.#shown = this.#look.first ?? FIRST;
      this.#select();
      return this.#order.length;
    }
    whole() {
      const before = this.#shown;
      this.#shown = Number.POSITIVE_INFINITY;
      this.#draw();
      return () => {
        this.#shown = before;
        this.#draw();
      };
    }
    #head(column, index) {
      const button = h("button", { on: { click: () => this.#sortBy(index) }, set: { type: "button" } }, column.title);
      return h("th", { class: column.kind, title: column.doc ?? "", set: { scope: "col", "aria-sort": "none" } }, button);
    }
    #facet(column, index) {
      if (column.kind !== "facet" || this.#rows.length <= SMALL) return null;
      const values = [...new Set(this.#rows.map((row) => row[index] ?? null))].sort(compareCells);
      if (values.length < 2 || values.length > MAX_FACET) return null;
      const options = values.map((value) => h("option", { set: { value: String(value ?? "") } }, value === null ? "(none)" : String(value)));
      const select = h(
        "select",
        { on: { change: () => this.#choose(index, select) }, set: { "aria-label": `${column.title} in ${this.#look.caption}` } },
        h("option", { set: { value: "*" } }, `${column.title}: all`),
        ...options
      );
      return select;
    }
    #choose(index, select) {
      if (select.selectedIndex === 0) this.#chosen.delete(index);
      else this.#chosen.set(index, select.value);
      this.#select();
    }
    #sortBy(column) {
      this.#sort = { column, down: this.#sort?.column === column && !this.#sort.down };
      for (const [i, head] of this.#heads.entries())
        head.setAttribute("aria-sort", i !== column ? "none" : this.#sort.down ? "descending" : "ascending");
      this.#select();
    }
    #text(index) {
      this.#texts[index] ??= (this.#rows[index] ?? []).join("").toLowerCase();
      return this.#texts[index] ?? "";
    }
    #select() {
      const filtered = !isEmpty(this.#own) || !isEmpty(this.#global);
      this.#order = [];
      for (const [i, row] of this.#rows.entries()) {
        if (filtered && !(passes(this.#text(i), this.#own) && passes(this.#text(i), this.#global))) continue;
        if ([...this.#chosen].every(([column, value]) => String(row[column] ?? "") === value)) this.#order.push(i);
      }
      if (this.#sort !== null) {
        const { column, down } = this.#sort;
        const cell = (i) => this.#rows[i]?.[column] ?? null;
        this.#order.sort(
          (a, b) => (cell(a) === null || cell(b) === null || !down ? compareCells(cell(a), cell(b)) : compareCells(cell(b), cell(a))) || a - b
        );
      }
      this.#draw();
    }
    #draw() {
      const rows = this.#order.slice(0, this.#shown).map((i) => this.#row(this.#rows[i] ?? []));
      this.#body.replaceChildren(...rows.length > 0 ? rows : [this.#nothing()]);
      const all = this.#order.length === this.total;
      this.#count.textContent = all ? plural(this.total, "row") : `${this.#order.length.toLocaleString("en-US")} of ${plural(this.total, "row")}`;
      const left = this.#order.length - rows.length;
      const button = (text, shown) => h("button", { class: "plain", on: { click: () => this.#grow(shown) }, set: { type: "button" } }, text);
      if (left <= 0) this.#more.replaceChildren();
      else if (left <= MORE) this.#more.replaceChildren(button(`Show the other ${left.toLocaleString("en-US")}`, Number.POSITIVE_INFINITY));
      else
        this.#more.replaceChildren(
          button(`Show ${MORE} more`, this.#shown + MORE),
          button(`Show all ${plural(this.#order.length, "row")}`, Number.POSITIVE_INFINITY)
        );
    }
    /** The keyboard stays where it was: on the first of the new rows. */
    #grow(shown) {
      const at = this.#body.children.length;
      this.#shown = shown;
      this.#draw();
      const row = this.#body.children[at];
      row?.setAttribute("tabindex", "-1");
      if (row instanceof HTMLElement) row.focus({ preventScroll: true });
    }
    #nothing() {
      return h("tr", {}, h("td", { class: "nothing", set: { colspan: this.#places.length } }, this.total === 0 ? "none" : "nothing matches"));
    }
    #row(row) {
      return h("tr", { class: this.#look.rowClass?.(row) ?? "" }, ...this.#places.map((i) => this.#cell(i, row[i] ?? null, row)));
    }
    #cell(place, cell, row) {
      const column = this.#columns[place] ?? { title: "", kind: "text" };
      const own = this.#look.render?.(column, cell, row) ?? null;
      if (own !== null) return h("td", { class: column.kind }, own);
      if (column.kind === "handle") return h("td", { class: "handle" }, typeof cell === "string" ? handleButton(cell) : null);
      const short2 = column.kind === "facet" && String(cell ?? "").length <= SHORT;
      const children = typeof cell === "string" && BROKEN.has(column.kind) ? breakable(cell) : [cell];
      return h("td", { class: short2 ? "facet short" : column.kind }, ...children);
    }
  };

  // ledger.ts
  var WORDS = {
    broken: "broken: two sources disagree",
    blind: "blind: the capture cannot tell",
    holds: "hold"
  };
  function ledgerSection({ ledger, counts }) {
    const { rows } = ledger.table;
    const of = (result2) => rows.filter((row) => row[0] === result2);
    const [broken, blind, holds] = [of("broken"), of("blind"), of("holds")];
    const table = new DataTable(ledger.table, {
      caption: "Every check of the ledger",
      first: 60,
      rowClass: ([result2]) => `is-${result2}`,
      render: badge
    });
    const doubts = [...broken, ...blind];
    const verdict = broken.length > 0 ? `${plural(broken.length, "check is", "checks are")} broken: read these before anything else.` : blind.length > 0 ? `Nothing disagrees; ${plural(blind.length, "question", "questions")} cannot be answered from this capture.` : "What was captured agrees with itself, and nothing was refused.";
    const result = section(
      "ledger",
      "Ledger",
      "How far this capture can be trusted: what was taken, what agrees, what does not, what it cannot show.",
      h("p", { class: `verdict is-${broken.length > 0 ? "broken" : blind.length > 0 ? "blind" : "holds"}` }, verdict),
      h(
        "div",
        { class: "tiles" },
        tile(broken.length, "broken", "is-broken"),
        tile(blind.length, "blind", "is-blind"),
        tile(holds.length, "hold", "is-holds"),
        tile(counts.processes, "processes", ""),
        tile(counts.descriptors, "descriptors", ""),
        tile(counts.sockets, "sockets", "")
      ),
      bar([broken.length, blind.length, holds.length]),
      doubts.length === 0 ? null : h("ul", { class: "doubts" }, ...doubts.map(doubt)),
      h("p", { class: "line" }, ledger.line),
      fold(`All ${plural(rows.length, "check")}`, false, table.element)
    );
    return { section: result, table };
  }
  function tile(n, name, kind) {
    return h("div", { class: `tile ${n === 0 ? "zero" : kind}` }, h("strong", {}, n.toLocaleString("en-US")), h("span", {}, name));
  }
  function bar(counts) {
    const total = Math.max(
      1,
      counts.reduce((a, b) => a + b, 0)
    );
    let x = 0;
    const parts = ["broken", "blind", "holds"].map((name, i) => {
      const width = (counts[i] ?? 0) / total * 1e3;
      const part = svg("rect", { class: `is-${name}`, set: { x, y: 0, width, height: 10 } });
      x += width;
      return part;
    });
    const label = ["broken", "blind", "holds"].map((name, i) => `${counts[i] ?? 0} ${WORDS[name]}`).join(", ");
    return svg(
      "svg",
      { class: "bar", set: { viewBox: "0 0 1000 10", preserveAspectRatio: "none", role: "img", "aria-label": label } },
      ...parts
    );
  }
  function doubt([result, , check, netNs, expected, found, basis]) {
    const numbers = expected === null || expected === void 0 ? (found ?? null) === null ? "" : `${found}` : `expected ${expected}, found ${found}`;
    const where = (netNs ?? null) === null ? "" : ` in net:[${netNs}]`;
    return h(
      "li",
      { class: `is-${result}` },
      chip(String(result)),
      h("span", {}, h("strong", {}, `${check}${where}`), numbers === "" ? null : h("span", { class: "numbers" }, ` ${numbers}`)),
      h("span", { class: "basis" }, basis ?? "")
    );
  }
  function chip(word, kind = word) {
    return h("span", { class: `chip is-${kind}` }, word);
  }
  function badge(column, cell) {
    return column.title === "result" && typeof cell === "string" ? chip(cell) : null;
  }

  // changes.ts
  var CHANGES = ["added", "removed", "changed", "replaced"];
  function changesSection({ changes, captures }, shown, other) {
    const view = new ChangesView(changes, captures, shown, other);
    return {
      section: section(
        "changes",
        "Changes",
        "What was added, removed, changed or replaced between two captures; what made the comparison weaker is said first.",
        view.element
      ),
      searched: view
    };
  }
  var NOT_COMPARED = "These two captures were not compared for this report: coldstat diff BEFORE AFTER, or coldstat report --before and --after.";
  function firstOf(changes, captures, shown) {
    const hosts = new Map(captures.map((c) => [c.id, c.host]));
    const own = changes.filter(({ before, after }) => hosts.get(before) === shown.host || hosts.get(after) === shown.host);
    return own.find(({ before, after }) => hosts.get(before) === hosts.get(after)) ?? own[0];
  }
  var ChangesView = class {
    element;
    #changes;
    #place = h("div");
    #table = null;
    #filter = parseFilter("");
    constructor(changes, captures, shown, other) {
      this.#changes = changes;
      this.element = h("div", {});
      const first = firstOf(changes, captures, shown);
      const chooser = this.#chooser(captures, first ?? { before: shown.id, after: shown.id }, other);
      this.element.append(...chooser === null ? [] : [chooser], this.#place);
      this.#show(first, `Of ${shown.host} no two captures were compared for this report: choose two above.`);
    }
    get total() {
      return this.#table?.total ?? 0;
    }
    search(filter) {
      this.#filter = filter;
      return this.#table?.search(filter) ?? 0;
    }
    whole() {
      return this.#table?.whole() ?? (() => {
      });
    }
    #chooser(captures, first, other) {
      if (captures.length < 2) return null;
      const select = (label, chosen) => h(
        "select",
        { set: { "aria-label": label } },
        ...captures.map((c) => h("option", { set: { value: c.id, selected: c.id === chosen } }, `${c.host} at ${c.started} (${c.id})`))
      );
      const [before, after] = [select("Capture before", first.before), select("Capture after", first.after)];
      const changed = () => {
        const [a, b] = [Number(before.value), Number(after.value)];
        const found = this.#changes.find((c) => c.before === a && c.after === b);
        if (found === void 0 && other !== null && a !== b) other(a, b);
        else this.#show(found, a === b ? "Choose two captures." : NOT_COMPARED);
      };
      for (const one of [before, after]) one.addEventListener("change", changed);
      return h("p", { class: "pair" }, h("label", {}, "from ", before), h("label", {}, " to ", after));
    }
    #show(changes, without) {
      this.#table = null;
      if (changes === void 0) {
        this.#place.replaceChildren(h("p", { class: "nothing" }, without));
        return;
      }
      const { table, weaker, refused } = changes;
      if (refused !== null) {
        this.#place.replaceChildren(h("p", { class: "verdict is-blind" }, `Not compared: ${refused}`));
        return;
      }
      this.#table = new DataTable(table, {
        caption: `Changes from capture ${changes.before} to ${changes.after}`,
        rowClass: ([change]) => `is-${change}`,
        render: ({ title }, cell) => title === "change" && typeof cell === "string" ? chip(cell) : null
      });
      this.#table.search(this.#filter);
      this.#place.replaceChildren(
        ...weaker.length === 0 ? [] : [h("ul", { class: "notes" }, ...weaker.map((w) => h("li", {}, chip("weaker", "blind"), " ", w)))],
        matrix(changes),
        this.#table.element
      );
    }
  };
  function matrix({ table }) {
    const kinds = [...new Set(table.rows.map((row) => String(row[1])))];
    if (kinds.length === 0) return h("p", { class: "summary" }, "No difference.");
    const count = (kind, change) => table.rows.filter((row) => row[1] === kind && row[0] === change).length;
    const cell = (n, change) => h("td", { class: n > 0 ? `number is-${change}` : "number" }, n > 0 ? n : "");
    return h(
      "table",
      { class: "matrix" },
      h("caption", {}, plural(table.rows.length, "difference")),
      h("thead", {}, h("tr", {}, h("th", { set: { scope: "col" } }, "kind"), ...CHANGES.map((c) => h("th", { set: { scope: "col" } }, c)))),
      h(
        "tbody",
        {},
        ...kinds.map((kind) => h("tr", {}, h("th", { set: { scope: "row" } }, kind), ...CHANGES.map((c) => cell(count(kind, c), c))))
      )
    );
  }

  // findings.ts
  var SEVERITIES = ["critical", "high", "medium", "low", "info"];
  var OF = { operator: "rule of the operator", sigma: "Sigma rule" };
  var FIRST2 = 10;
  function findingsSection(capture, rules) {
    const found = capture.answers.filter((a) => a.result === "found");
    const blind = capture.answers.filter((a) => a.result === "blind");
    const clear = capture.answers.filter((a) => a.result === "clear");
    const partly = clear.filter((a) => a.missing.length > 0);
    const cards = new Cards(found);
    const marks = new DataTable(capture.marks, { caption: "Rows that may not be what they say" });
    const result = section(
      "findings",
      "Findings",
      "Reasons to look, no verdicts. Each says why, what ordinarily causes it, and what to do next.",
      summary(capture.answers, rules),
      cards.element,
      blind.length === 0 ? null : fold(`${plural(blind.length, "rule")} blind: what they need is not in this capture`, false, blindList(blind)),
      clear.length === 0 ? null : fold(`${plural(clear.length, "rule")} clear`, false, h("p", {}, clear.map((a) => `${a.rule}: ${a.title}`).join(" \xB7 "))),
      partly.length === 0 ? null : fold(
        `${plural(partly.length, "rule")} of the clear ones as far as it could be read: what was not judged`,
        false,
        blindList(partly)
      ),
      suppressedFold(capture.answers),
      notAskedFold(rules),
      h("h3", {}, "Marked rows"),
      marks.element
    );
    return { section: result, searched: [cards, marks] };
  }
  function summary(answers, rules) {
    const [found, clear, blind] = ["found", "clear", "blind"].map((result) => answers.filter((a) => a.result === result));
    const counts = SEVERITIES.map(
      (s) => [s, (found ?? []).filter((a) => a.severity === s).reduce((n, a) => n + a.findings.length, 0)]
    );
    const brought = rules.operator + rules.sigma;
    return h(
      "p",
      { class: "summary" },
      ...counts.filter(([, n]) => n > 0).map(([severity, n]) => chip(`${n} ${severity}`, severity)),
      found?.length === 0 ? h("strong", {}, "Nothing was found. ") : null,
      h("span", {}, `${plural(clear?.length ?? 0, "rule")} clear, ${blind?.length ?? 0} blind.`),
      brought === 0 ? null : h("span", {}, ` Asked: ${plural(rules.coldstat, "rule")} of coldstat, ${rules.operator} of the operator, ${rules.sigma} of Sigma.`),
      suppressedIn(answers) === 0 ? null : h("span", {}, ` ${plural(suppressedIn(answers), "finding")} suppressed.`)
    );
  }
  function suppressedIn(answers) {
    return answers.reduce((n, { suppressed }) => n + suppressed, 0);
  }
  function suppressedFold(answers) {
    const those = answers.filter(({ suppressed }) => suppressed > 0);
    if (those.length === 0) return null;
    const items = those.map((a) => h("li", {}, h("code", {}, a.rule), ` ${a.title}: ${plural(a.suppressed, "finding")}`));
    return fold(`${plural(suppressedIn(answers), "finding")} suppressed: known to whoever made this report`, false, h("ul", {}, ...items));
  }
  function notAskedFold({ notAsked, notApplicable }) {
    if (notAsked.length + notApplicable === 0) return null;
    return fold(
      `${plural(notAsked.length, "Sigma rule")} not asked, ${notApplicable} of other logsources`,
      false,
      h("ul", {}, ...notAsked.map(({ what, reason }) => h("li", {}, h("b", {}, what), ` ${reason}`)))
    );
  }
  function blindList(blind) {
    return h("ul", {}, ...blind.map(({ rule, title, missing }) => h("li", {}, h("code", {}, rule), ` ${title}: ${missing.join("; ")}`)));
  }
  var Cards = class {
    element = h("div", { class: "cards" });
    #cards;
    constructor(found) {
      this.#cards = found.map((answer) => ({ element: card(answer), text: JSON.stringify(answer).toLowerCase() }));
      this.element.append(...this.#cards.map((c) => c.element));
    }
    get total() {
      return this.#cards.length;
    }
    search(filter) {
      let n = 0;
      for (const { element, text } of this.#cards) {
        element.hidden = !passes(text, filter);
        if (!element.hidden) n++;
      }
      return n;
    }
    whole() {
      return () => {
      };
    }
  };
  function card(answer) {
    const { rule, from, title, severity, why, attack, benign, next, missing, findings, cut, suppressed } = answer;
    const items = findings.map(
      ({ sentence, key, evidence }) => h(
        "li",
        {},
        h("span", { class: "sentence" }, sentence, h("code", { class: "key", title: "line for coldstat triage --suppress FILE" }, key)),
        h("span", { class: "proof" }, ...evidence.map(handleButton))
      )
    );
    const line2 = (name, text) => text === "" ? null : h("p", {}, h("b", {}, `${name} `), text);
    return h(
      "article",
      { class: `card is-${severity}`, set: { "aria-label": `${severity}: ${title}` } },
      h(
        "h3",
        {},
        chip(severity),
        " ",
        title,
        " ",
        h("code", {}, rule),
        from === "coldstat" ? null : h("span", { class: "from" }, ` ${OF[from]}`)
      ),
      h("ul", { class: "found" }, ...items.slice(0, FIRST2)),
      items.length > FIRST2 ? fold(
        `${items.length - FIRST2} more${cut ? ", and there were others" : ""}`,
        false,
        h("ul", { class: "found" }, ...items.slice(FIRST2))
      ) : null,
      line2("Next:", next),
      line2("Why:", why),
      line2("Ordinary causes:", benign.join("; ")),
      line2("There may be more, not judged:", missing.join("; ")),
      line2("Suppressed:", suppressed === 0 ? "" : `${plural(suppressed, "finding")} more, known to whoever made this report`),
      attack.length === 0 ? null : line2("ATT&CK:", attack.join(", "))
    );
  }

  // map-layout.ts
  var PROGRAM = "program ";
  var HOST = "host ";
  var MAX_NODES = 24;
  var MAX_PORTS = 8;
  var LINE = 22;
  var GAP = 12;
  var EPHEMERAL = 32768;
  function conversations(talks, listening) {
    const key = ({ protocol, local, remote }) => `${base(protocol)} ${plain(local[0])} ${local[1]} ${plain(remote[0])} ${remote[1]}`;
    const rows = new Map(talks.map((talk) => [key(talk), talk]));
    const counts = /* @__PURE__ */ new Map();
    for (const talk of talks) {
      const other = rows.get(key({ protocol: talk.protocol, local: talk.remote, remote: talk.local }));
      const answers = answersHere(talk, listening);
      if (other !== void 0 && other !== talk && !answers && (answersHere(other, listening) || key(other) < key(talk))) continue;
      const here = programsOf(talk);
      const there = other === void 0 || other === talk ? [`${HOST}${plain(talk.remote[0])}`] : programsOf(other);
      const port = `${base(talk.protocol)} ${answers ? talk.local[1] : talk.remote[1]}`;
      for (const [from, to] of answers ? pairs(there, here) : pairs(here, there)) {
        const id = JSON.stringify([from, to, port]);
        counts.set(id, { from, to, port, count: (counts.get(id)?.count ?? 0) + 1 });
      }
    }
    return [...counts.values()];
  }
  function pairs(from, to) {
    return from.flatMap((a) => to.map((b) => [a, b]));
  }
  function programsOf({ programs, reason }) {
    return programs.length > 0 ? programs.map((name) => `${PROGRAM}${name}`) : [`${PROGRAM}(${reason})`];
  }
  function answersHere({ netNs, protocol, local, remote }, listening) {
    const listens = (port) => [base(protocol), `${base(protocol)}6`].some((p) => listening.has(`${netNs} ${p} ${port}`));
    if (listens(local[1])) return true;
    if (local[0] === remote[0] && listens(remote[1])) return false;
    return local[1] < EPHEMERAL && local[1] < remote[1];
  }
  function base(protocol) {
    return protocol.replace(/6$/, "");
  }
  function plain(address) {
    return address.replace(/^::ffff:(?=\d+\.)/i, "");
  }
  function layout(all) {
    const from = gathered(all, (c) => c.from);
    const to = gathered(all, (c) => c.to);
    const ports = new Map(
      [...new Set(all.map((c) => to(c.to)))].map((name) => [
        name,
        keepMost(
          all.filter((c) => to(c.to) === name),
          (c) => c.port,
          MAX_PORTS
        )
      ])
    );
    const merged = /* @__PURE__ */ new Map();
    for (const c of all) {
      const one = { from: from(c.from), to: to(c.to), port: ports.get(to(c.to))?.(c.port) ?? c.port };
      const id = JSON.stringify(one);
      merged.set(id, { ...one, count: (merged.get(id)?.count ?? 0) + c.count });
    }
    return placed([...merged.values()]);
  }
  function gathered(all, nameOf) {
    const many = (of) => new Set(all.map((c) => of(nameOf(c)))).size > MAX_NODES;
    const same = (name) => name;
    const near = (name) => name.replace(/^(host \d+\.\d+\.\d+)\.\d+$/, "$1.0/24");
    const far = (name) => name.replace(/^(host \d+\.\d+)\.\d+\.\d+$/, "$1.0.0/16");
    const net = !many(same) ? same : many(near) && !many(far) ? far : near;
    const keep = keepMost(all, (c) => net(nameOf(c)));
    return (name) => keep(net(name));
  }
  function keepMost(all, nameOf, max = MAX_NODES) {
    const counts = /* @__PURE__ */ new Map();
    for (const c of all) counts.set(nameOf(c), (counts.get(nameOf(c)) ?? 0) + c.count);
    const names = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([name]) => name);
    if (names.length <= max) return (name) => name;
    const kept = new Set(names.slice(0, max - 1));
    return (name) => kept.has(name) ? name : `${names.length - kept.size} others`;
  }
  function placed(all) {
    let left = orderBy([...new Set(all.map((c) => c.from))], (name) => -sum(all, (c) => c.from === name));
    let right = orderBy([...new Set(all.map((c) => c.to))], (name) => -sum(all, (c) => c.to === name));
    for (let turn = 0; turn < 6; turn++) {
      right = orderBy(right, (name) => middle(all.filter((c) => c.to === name).map((c) => [left.indexOf(c.from), c.count])));
      left = orderBy(left, (name) => middle(all.filter((c) => c.from === name).map((c) => [right.indexOf(c.to), c.count])));
    }
    const rightNodes = stack(right, (name) => {
      const own = all.filter((c) => c.to === name);
      const names = orderBy(
        [...new Set(own.map((c) => c.port))],
        (port) => middle(own.filter((c) => c.port === port).map((c) => [left.indexOf(c.from), c.count]))
      );
      return names.map((port) => ({ port, count: sum(own, (c) => c.port === port) }));
    });
    const leftNodes = stack(left, (name) => [{ port: "", count: sum(all, (c) => c.from === name) }]);
    const height = Math.max(bottom(leftNodes), bottom(rightNodes));
    const [l, r] = [centred(leftNodes, height), centred(rightNodes, height)];
    const yLeft = new Map(l.map((n) => [n.name, n.y + n.height / 2]));
    const yRight = new Map(r.flatMap((n) => n.ports.map((p) => [JSON.stringify([n.name, p.port]), p.y])));
    const edges = all.map((c) => ({ ...c, fromY: yLeft.get(c.from) ?? 0, toY: yRight.get(JSON.stringify([c.to, c.port])) ?? 0 }));
    return { left: l, right: r, edges: edges.sort((a, b) => a.count - b.count), height };
  }
  function stack(names, portsOf) {
    let y = 0;
    return names.map((name) => {
      const ports = portsOf(name).map((p, i) => ({ ...p, y: y + LINE * (i + 0.5) }));
      const node = { name, count: ports.reduce((n, p) => n + p.count, 0), y, height: LINE * Math.max(1, ports.length), ports };
      y += node.height + GAP;
      return node;
    });
  }
  function bottom(nodes) {
    const last = nodes.at(-1);
    return last === void 0 ? 0 : last.y + last.height;
  }
  function centred(nodes, height) {
    const down = (height - bottom(nodes)) / 2;
    return nodes.map((n) => ({ ...n, y: n.y + down, ports: n.ports.map((p) => ({ ...p, y: p.y + down })) }));
  }
  function sum(all, which) {
    return all.reduce((n, c) => which(c) ? n + c.count : n, 0);
  }
  function middle(places) {
    const weight2 = places.reduce((n, [, count]) => n + count, 0);
    return places.reduce((n, [place, count]) => n + place * count, 0) / Math.max(1, weight2);
  }
  function orderBy(names, rank) {
    const ranks = new Map(names.map((name) => [name, rank(name)]));
    return [...names].sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
  }

  // map.ts
  var WIDTH = 1e3;
  var LEFT = 250;
  var RIGHT = 300;
  var PORT = 84;
  var PAD = 26;
  function mapPicture({ talks, listening }, names, pick) {
    const all = conversations(talks, new Set(listening));
    if (all.length === 0) return h("p", { class: "nothing" }, "No connection of TCP, UDP or SCTP is in this capture.");
    const plan = layout(all);
    const label = (name) => labelOf(name, names);
    const picture = svg("svg", {
      class: "map",
      set: { viewBox: `0 0 ${WIDTH} ${plan.height + PAD + 8}`, role: "group", "aria-label": "Map of connections" }
    });
    const lines = plan.edges.map((edge) => line(edge, label));
    const nodes = [...plan.left.map((n) => box(n, "left", label)), ...plan.right.map((n) => box(n, "right", label))];
    picture.append(
      svg("text", { class: "head", set: { x: 0, y: 12 } }, "asks"),
      svg("text", { class: "head", set: { x: WIDTH - RIGHT - PORT, y: 12 } }, "on port"),
      svg("text", { class: "head", set: { x: WIDTH - RIGHT, y: 12 } }, "answers"),
      svg("g", { set: { transform: `translate(0 ${PAD})` } }, svg("g", { class: "edges" }, ...lines), ...nodes)
    );
    light(picture, plan, lines, nodes, pick);
    return h(
      "figure",
      {},
      picture,
      h(
        "figcaption",
        {},
        "Programs of this host are filled, other hosts have a frame; a line is as wide as the connections are many. Choose a box to see its rows below. Which end asked is known from listening ports, else reckoned from the port numbers. Sockets that are not connected and unix sockets are not drawn."
      )
    );
  }
  function labelOf(name, names) {
    if (name.startsWith(PROGRAM)) return name.slice(PROGRAM.length);
    if (!name.startsWith(HOST)) return name;
    const address = name.slice(HOST.length);
    return Object.hasOwn(names, address) ? `${names[address]} (${address})` : address;
  }
  function short(text, max) {
    return text.length <= max ? text : `${text.slice(0, max - 1)}\u2026`;
  }
  function line(edge, label) {
    const [x1, x2] = [LEFT, WIDTH - RIGHT - PORT];
    const bend = (x2 - x1) / 2;
    const path = svg(
      "path",
      {
        class: "edge",
        set: {
          d: `M${x1} ${edge.fromY}C${x1 + bend} ${edge.fromY} ${x2 - bend} ${edge.toY} ${x2} ${edge.toY}`,
          "stroke-width": 1.5 + Math.log2(edge.count) * 1.2
        }
      },
      svg("title", {}, `${label(edge.from)} \u2192 ${label(edge.to)}, ${edge.port}: ${edge.count}`)
    );
    return path;
  }
  function box(node, side, label) {
    const [x, width] = side === "left" ? [0, LEFT] : [WIDTH - RIGHT, RIGHT];
    const text = label(node.name);
    const kind = node.name.startsWith(PROGRAM) ? "program" : node.name.startsWith(HOST) ? "host" : "others";
    const ports = side === "left" ? [] : node.ports.map(
      ({ port, y }) => svg("text", { class: "port", set: { x: WIDTH - RIGHT - 8, y: y + 4, "text-anchor": "end" } }, port)
    );
    const middle2 = node.y + node.height / 2 + 4.5;
    return svg(
      "g",
      {
        class: `box ${kind}`,
        set: {
          tabindex: 0,
          role: "button",
          "aria-label": `${side === "left" ? "asks" : "answers"}: ${text}, ${node.count} connections${ports.length > 0 ? `, ports ${node.ports.map((p) => p.port).join(", ")}` : ""}`
        }
      },
      svg("title", {}, text),
      svg("rect", { set: { x: x + 0.5, y: node.y + 0.5, width: width - 1, height: node.height - 1, rx: 4 } }),
      svg("text", { set: { x: x + 10, y: middle2 } }, short(text, side === "left" ? 28 : 34)),
      svg("text", { class: "number", set: { x: x + width - 8, y: middle2, "text-anchor": "end" } }, String(node.count)),
      ...ports
    );
  }
  function light(picture, plan, lines, nodes, pick) {
    const all = [...plan.left.map((n) => ({ n, side: "from" })), ...plan.right.map((n) => ({ n, side: "to" }))];
    for (const [i, element] of nodes.entries()) {
      const one = all[i];
      if (one === void 0) continue;
      const on = () => {
        picture.classList.add("lit");
        for (const [j, edge] of plan.edges.entries()) lines[j]?.classList.toggle("on", edge[one.side] === one.n.name);
      };
      const off = () => picture.classList.remove("lit");
      const choose = () => pick(
        one.n.name.replace(PROGRAM, "").replace(HOST, "").replace(/^\((.*)\)$/, "$1").replace(/^\d+ others$/, "").replace(/(\.0)+\/\d+$/, ".")
      );
      for (const event of ["mouseenter", "focus"]) element.addEventListener(event, on);
      for (const event of ["mouseleave", "blur"]) element.addEventListener(event, off);
      element.addEventListener("click", choose);
      element.addEventListener("keydown", (event) => {
        if (!(event instanceof KeyboardEvent) || event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose();
      });
    }
  }

  // sql.ts
  function sqlSection({ queries, seconds, rows }) {
    const box2 = h("textarea", { id: "sql-text", set: { rows: 6, spellcheck: "false", autocomplete: "off", "aria-describedby": "sql-help" } });
    const said = h("p", { class: "said", set: { role: "status" } });
    const place = h("div");
    const doc = h("span", { class: "lead" });
    const pick = h(
      "select",
      { id: "sql-saved", on: { change: () => use(queries[pick.selectedIndex - 1]) } },
      h("option", {}, "saved queries \u2026"),
      ...queries.map((q) => h("option", {}, q.name))
    );
    const use = (query) => {
      if (query === void 0) return;
      box2.value = query.sql;
      doc.textContent = query.doc;
      void run();
    };
    let running = null;
    const button = h("button", { class: "primary", on: { click: () => void run() }, set: { type: "button" } }, "Run");
    const run = async () => {
      running?.abort();
      const mine = new AbortController();
      running = mine;
      said.textContent = "running \u2026";
      const answer = await ask(box2.value, mine.signal);
      if (running !== mine) return;
      running = null;
      show(answer, said, place);
    };
    box2.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void run();
    });
    return section(
      "sql",
      "Ask the case",
      null,
      h("p", { class: "pair" }, h("label", { set: { for: "sql-saved" } }, "Take one of the "), pick, " ", doc),
      h("label", { set: { for: "sql-text" } }, "SQL, one statement that reads"),
      box2,
      h(
        "p",
        { class: "pair" },
        button,
        h(
          "span",
          { id: "sql-help", class: "lead" },
          ` Ctrl+Enter runs it. ${seconds === 0 ? "Cut" : `Stopped after ${plural(seconds, "second")}, cut`} after ${plural(rows, "row")}; coldstat schema lists the tables.`
        )
      ),
      said,
      place
    );
  }
  async function ask(sql, signal) {
    try {
      const response = await fetch("query", { method: "POST", body: sql, signal, headers: { "content-type": "application/sql" } });
      if (!response.ok) return { refused: `the server answered ${response.status}` };
      return await response.json();
    } catch {
      return { refused: signal.aborted ? "stopped" : "coldstat serve does not answer any more" };
    }
  }
  function show({ tsv, rows = 0, cut = false, refused }, said, place) {
    if (refused !== void 0 || tsv === void 0) {
      said.textContent = refused ?? "";
      said.classList.add("is-broken");
      place.replaceChildren();
      return;
    }
    said.classList.remove("is-broken");
    said.textContent = `${plural(rows, "row")}${cut ? ", cut here" : ""}`;
    place.replaceChildren(new DataTable(parsed(tsv), { caption: "Answer", first: 100 }).element);
  }
  function parsed(tsv) {
    const [head = "", ...lines] = tsv.replace(/\n$/, "").split("\n");
    const rows = lines.map(
      (line2) => line2.split("	").map((cell) => /^-?\d{1,15}$/.test(cell) ? Number(cell) : cell === "" ? null : cell)
    );
    const columns2 = head.split("	").map((title, i) => {
      const numbers = rows.length > 0 && rows.every((row) => typeof row[i] === "number" || (row[i] ?? null) === null);
      return { title, kind: title === "handle" ? "handle" : numbers ? "number" : "mono" };
    });
    return { columns: columns2, rows };
  }

  // timeline.ts
  var WIDTH2 = 1e3;
  var LANE = 26;
  var LABEL = 150;
  var BINS = 170;
  var KINDS = [
    ["process-start", "process starts"],
    ["appeared", "appeared"],
    ["gone", "gone"],
    ["changed", "changed"],
    ["replaced", "replaced"]
  ];
  function timelineSection({ timeline, captures }) {
    const { events, notes, left } = timeline;
    const table = new DataTable(
      {
        columns: [
          { title: "earliest (UTC)", kind: "word" },
          { title: "latest (UTC)", kind: "word" },
          { title: "host", kind: "facet" },
          { title: "kind", kind: "facet" },
          { title: "about", kind: "facet" },
          { title: "what", kind: "mono" },
          { title: "pid", kind: "number" },
          { title: "capture", kind: "facet" },
          { title: "rests on", kind: "text" },
          { title: "bytes", kind: "handle" }
        ],
        rows: events.map((e) => [
          utc(e.earliest),
          utc(e.latest),
          e.host,
          e.kind,
          e.about,
          e.what,
          e.pid,
          String(e.capture),
          e.basis,
          e.handle
        ])
      },
      { caption: "What happened when" }
    );
    const picture = h("div", { class: "timeline" });
    const spans = zooms(events, captures.length);
    const draw = (index) => {
      const span = spans[index];
      if (span !== void 0) picture.replaceChildren(drawing(events, span.from, span.to));
      for (const [i, button] of buttons.entries()) button.setAttribute("aria-pressed", String(i === index));
    };
    const buttons = spans.map(({ name }, i) => h("button", { class: "plain", on: { click: () => draw(i) }, set: { type: "button" } }, name));
    const result = section(
      "timeline",
      "Timeline",
      "UTC. A capture is a look at a moment: what came or went between two of them did so at an unknown time in between, drawn as a bar.",
      spans.length > 1 ? h("p", { class: "zoom", set: { role: "group", "aria-label": "Time that the picture shows" } }, ...buttons) : null,
      picture,
      notes.length + left === 0 ? null : h(
        "ul",
        { class: "notes" },
        ...[...notes, ...left > 0 ? [`${plural(left, "sight")} left out: coldstat timeline has all`] : []].map((n) => h("li", {}, n))
      ),
      table.element
    );
    draw(0);
    return { section: result, table };
  }
  function utc(ms) {
    return ms === null ? null : new Date(ms).toISOString().replace("T", " ").replace("Z", "");
  }
  function zooms(events, captures) {
    const times = events.flatMap((e) => [e.earliest, e.latest]).filter((t) => t !== null);
    if (times.length === 0) return [];
    const looks = events.filter((e) => e.about === "capture").flatMap((e) => e.earliest ?? []);
    const first = times.reduce((a, b) => Math.min(a, b));
    const end = times.reduce((a, b) => Math.max(a, b));
    const spans = [{ name: "everything", from: first, to: end }];
    if (captures > 1 && looks.length > 1) spans.push({ name: "between the captures", from: looks.reduce((a, b) => Math.min(a, b)), to: end });
    for (const [name, ms] of [
      ["last day", 864e5],
      ["last hour", 36e5],
      ["last 5 minutes", 3e5],
      ["last 10 seconds", 1e4]
    ]) {
      if (end - first > ms * 1.2) spans.push({ name, from: end - ms, to: end });
    }
    return spans;
  }
  function drawing(events, from, to) {
    const hosts = [...new Set(events.map((e) => e.host))];
    const width = Math.max(1, to - from);
    const x = (ms) => LABEL + (Math.min(to, Math.max(from, ms)) - from) / width * (WIDTH2 - LABEL - 12);
    const parts = [];
    let y = 24;
    for (const host of hosts) {
      parts.push(svg("text", { class: "host", set: { x: 0, y: y + 11 } }, host));
      y += 18;
      const own = events.filter((e) => e.host === host);
      const top = y;
      for (const [kind, name] of KINDS) {
        const shown = own.filter((e) => e.kind === kind && e.latest !== null && e.latest >= from && (e.earliest ?? e.latest) <= to);
        if (shown.length === 0 && kind !== "process-start") continue;
        parts.push(svg("text", { class: "lane", set: { x: 12, y: y + LANE / 2 + 4 } }, `${name} ${shown.length > 0 ? shown.length : ""}`));
        parts.push(svg("line", { class: "base", set: { x1: LABEL, x2: WIDTH2 - 12, y1: y + LANE - 2, y2: y + LANE - 2 } }));
        parts.push(...kind === "process-start" ? columns(shown, x, y) : bars(shown, x, y, kind));
        y += LANE;
      }
      for (const e of own.filter((o) => o.kind === "capture-start" && o.earliest !== null && o.earliest >= from && o.earliest <= to)) {
        parts.push(
          svg(
            "line",
            { class: "capture", set: { x1: x(e.earliest ?? 0), x2: x(e.earliest ?? 0), y1: top - 4, y2: y } },
            svg("title", {}, `${e.what} ${utc(e.earliest)}`)
          )
        );
      }
      y += 10;
    }
    const axis = ticks(from, to).map(
      ({ at, text }) => svg(
        "g",
        { class: "tick" },
        svg("line", { set: { x1: x(at), x2: x(at), y1: 18, y2: y } }),
        svg("text", { set: { x: x(at), y: 12, "text-anchor": "middle" } }, text)
      )
    );
    const label = `Timeline of ${hosts.join(", ")} from ${utc(from)} to ${utc(to)} UTC; the table below has every event`;
    return svg("svg", { class: "times", set: { viewBox: `0 0 ${WIDTH2} ${y + 4}`, role: "img", "aria-label": label } }, ...axis, ...parts);
  }
  function columns(events, x, y) {
    const bins = /* @__PURE__ */ new Map();
    for (const e of events) {
      const bin = Math.round((x(e.latest ?? 0) - LABEL) / (WIDTH2 / BINS));
      bins.set(bin, [...bins.get(bin) ?? [], e]);
    }
    const most = Math.max(1, ...[...bins.values()].map((b) => b.length));
    return [...bins].map(([bin, list]) => {
      const height = 4 + (LANE - 8) * Math.sqrt(list.length / most);
      const text = `${utc(list[0]?.latest ?? null)}: ${list.slice(0, 12).map((e) => e.what).join(", ")}${list.length > 12 ? ` and ${list.length - 12} more` : ""}`;
      const set = { x: LABEL + bin * (WIDTH2 / BINS) - 2, y: y + LANE - 2 - height, width: WIDTH2 / BINS - 1.5, height };
      return svg("rect", { class: "start", set }, svg("title", {}, text));
    });
  }
  function bars(events, x, y, kind) {
    const spans = /* @__PURE__ */ new Map();
    for (const e of events) {
      const key = `${e.earliest} ${e.latest}`;
      spans.set(key, [...spans.get(key) ?? [], e]);
    }
    return [...spans.values()].map((list) => {
      const [a, b] = [x(list[0]?.earliest ?? list[0]?.latest ?? 0), x(list[0]?.latest ?? 0)];
      const text = `${plural(list.length, "thing")} ${kind} between ${utc(list[0]?.earliest ?? null) ?? "an unknown time"} and ${utc(list[0]?.latest ?? null)}`;
      const set = { x: Math.min(a, b - 3), y: y + 6, width: Math.max(3, b - a), height: LANE - 12, rx: 3 };
      return svg(
        "g",
        {},
        svg("rect", { class: `span ${kind}`, set }, svg("title", {}, text)),
        svg(
          "text",
          { class: "inside", set: { x: (Math.min(a, b - 3) + b) / 2, y: y + LANE / 2 + 4, "text-anchor": "middle" } },
          b - a > 30 ? String(list.length) : ""
        )
      );
    });
  }
  var STEPS = [
    1,
    2,
    5,
    10,
    30,
    60,
    120,
    300,
    600,
    1800,
    3600,
    7200,
    21600,
    43200,
    86400,
    172800,
    604800,
    2592e3,
    7776e3,
    31536e3
  ].map((s) => s * 1e3);
  function ticks(from, to) {
    const step = STEPS.find((s) => (to - from) / s <= 7) ?? 31536e7;
    const found = [];
    for (let at = Math.ceil(from / step) * step; at <= to && found.length < 20; at += step) {
      const text = new Date(at).toISOString();
      found.push({
        at,
        text: step >= 864e5 ? text.slice(0, 10) : step >= 6e4 && to - from > 864e5 ? text.slice(5, 16).replace("T", " ") : text.slice(11, step >= 6e4 ? 16 : 19)
      });
    }
    return found;
  }

  // tree.ts
  var FIRST3 = 90;
  var MORE2 = 400;
  var SOCKETS = 4;
  var MAX_INDENT = 14;
  var ProcessTree = class {
    element;
    #processes;
    #sockets;
    #texts;
    #closed = /* @__PURE__ */ new Set();
    #every = /* @__PURE__ */ new Set();
    #body = h("tbody");
    #count = h("span", { class: "count", set: { role: "status" } });
    #more = h("p", { class: "more" });
    #input;
    #own = parseFilter("");
    #global = parseFilter("");
    #shown = FIRST3;
    #lines = [];
    #matches = 0;
    #current = 0;
    constructor({ processes, sockets, holders }) {
      this.#processes = processes;
      const held = /* @__PURE__ */ new Map();
      for (const [i, pids] of holders.entries()) {
        for (const pid of pids) {
          const list = held.get(pid) ?? [];
          held.set(pid, list);
          list.push(sockets.rows[i] ?? []);
        }
      }
      for (const list of held.values()) list.sort((a, b) => weight(a) - weight(b));
      this.#sockets = held;
      this.#texts = processes.map((p) => [...Object.values(p), ...(held.get(p.pid) ?? []).flat()].join("").toLowerCase());
      for (const p of processes) if (p.kernel && p.depth === 0) this.#closed.add(p.pid);
      this.#input = h("input", {
        class: "filter",
        on: { input: () => this.#filter() },
        set: { type: "search", placeholder: "filter: words, -not", "aria-label": "Filter processes and their sockets", spellcheck: "false" }
      });
      const head = ["process", "user", "started (UTC)", "command, or address of a socket", "bytes"].map(
        (t) => h("th", { set: { scope: "col" } }, t)
      );
      const grid = h("table", {
        class: "tree",
        set: { role: "treegrid", "aria-label": "Processes" },
        on: { focusin: (e) => this.#arrive(e), keydown: (e) => this.#key(e), click: (e) => this.#click(e) }
      });
      grid.append(
        h("caption", {}, "Processes, children below their parents, with the sockets they hold"),
        h("thead", {}, h("tr", {}, ...head)),
        this.#body
      );
      this.element = h(
        "div",
        { class: "data" },
        h("div", { class: "tools" }, this.#input, this.#count),
        h("div", { class: "scroll" }, grid),
        this.#more
      );
      this.#select();
    }
    get total() {
      return this.#processes.length;
    }
    search(filter) {
      this.#global = filter;
      this.#shown = FIRST3;
      this.#select();
      return this.#matches;
    }
    whole() {
      const before = { shown: this.#shown, closed: [...this.#closed], every: [...this.#every] };
      this.#shown = Number.POSITIVE_INFINITY;
      this.#closed.clear();
      for (const pid of this.#sockets.keys()) this.#every.add(pid);
      this.#select();
      return () => {
        this.#shown = before.shown;
        for (const pid of before.closed) this.#closed.add(pid);
        this.#every.clear();
        for (const pid of before.every) this.#every.add(pid);
        this.#select();
      };
    }
    #filter() {
      this.#own = parseFilter(this.#input.value);
      this.#shown = FIRST3;
      this.#select();
    }
    /** Lines that are to be seen: what matches with its ancestors, or what no closed process hides. */
    #select() {
      const filtered = !isEmpty(this.#own) || !isEmpty(this.#global);
      const hit = this.#processes.map((_, i) => passes(this.#texts[i] ?? "", this.#own) && passes(this.#texts[i] ?? "", this.#global));
      const keep = filtered ? withAncestors(this.#processes, hit) : hit.map(() => true);
      this.#matches = hit.filter(Boolean).length;
      const lines = [];
      let hidden = Number.POSITIVE_INFINITY;
      for (const [i, process] of this.#processes.entries()) {
        if (!keep[i]) continue;
        if (!filtered && process.depth > hidden) continue;
        hidden = Number.POSITIVE_INFINITY;
        const sockets = this.#sockets.get(process.pid) ?? [];
        const parent = (this.#processes[i + 1]?.depth ?? 0) > process.depth;
        const closed = !filtered && this.#closed.has(process.pid);
        lines.push({ kind: "process", process, open: parent || sockets.length > 0 ? !closed : null, dim: !hit[i] });
        if (closed) hidden = process.depth;
        else if (hit[i]) lines.push(...this.#socketLines(process, sockets));
      }
      this.#lines = lines;
      this.#count.textContent = filtered ? `${this.#matches.toLocaleString("en-US")} of ${plural(this.total, "process", "processes")}` : plural(this.total, "process", "processes");
      this.#draw();
    }
    #socketLines(process, sockets) {
      const all = this.#every.has(process.pid) || sockets.length <= SOCKETS + 1;
      const shown = all ? sockets : sockets.slice(0, SOCKETS);
      const lines = shown.map((row) => ({ kind: "socket", process, row }));
      if (!all) lines.push({ kind: "rest", process, left: sockets.length - SOCKETS });
      return lines;
    }
    #draw() {
      const shown = this.#lines.slice(0, this.#shown);
      this.#current = Math.min(this.#current, Math.max(0, shown.length - 1));
      this.#body.replaceChildren(...shown.map((line2, i) => this.#element(line2, i)));
      const left = this.#lines.length - shown.length;
      const grow = (n) => () => {
        this.#current = shown.length;
        this.#shown = n;
        this.#draw();
        this.#focus();
      };
      const button = (text, n) => h("button", { class: "plain", on: { click: grow(n) }, set: { type: "button" } }, text);
      this.#more.replaceChildren(
        ...left > MORE2 ? [button(`Show ${MORE2} more lines`, this.#shown + MORE2)] : [],
        ...left > 0 ? [button(`Show all ${plural(this.#lines.length, "line")}`, Number.POSITIVE_INFINITY)] : []
      );
    }
    #element(line2, index) {
      const { process: p } = line2;
      const depth = p.depth + (line2.kind === "process" ? 0 : 1);
      const set = {
        role: "row",
        tabindex: index === this.#current ? 0 : -1,
        "data-line": index,
        "aria-level": depth + 1,
        ...line2.kind === "process" && line2.open !== null ? { "aria-expanded": String(line2.open) } : {}
      };
      const name = h("td", { class: `node depth-${Math.min(depth, MAX_INDENT)}`, set: { role: "gridcell" } });
      if (line2.kind === "rest") {
        name.setAttribute("colspan", "5");
        name.append(h("span", { class: "rest" }, `\u2026 ${plural(line2.left, "more socket")} of ${p.name} ${p.pid}`));
        return h("tr", { class: "line-rest", set }, name);
      }
      const cell = (kind, ...children) => h("td", { class: kind, set: { role: "gridcell" } }, ...children);
      if (line2.kind === "socket") {
        const [protocol, local, remote, state, , why, net] = line2.row;
        name.append(h("span", { class: "proto" }, protocol ?? "socket"));
        const far = remote === null || /^(0\.0\.0\.0:0|\[::\]:0|)$/.test(String(remote)) ? "" : ` \u2192 ${remote}`;
        const words = [state, why === "held" ? null : why, net === "own" || (net ?? null) === null ? null : `net:[${net}]`].filter(
          (w) => (w ?? null) !== null
        );
        const handle = line2.row.at(-1);
        return h(
          "tr",
          { class: state === "LISTEN" ? "line-socket listens" : "line-socket", set },
          name,
          cell("state", words.join(" ")),
          cell("word"),
          cell("mono", `${local ?? ""}${far}`),
          cell("handle", typeof handle === "string" ? handleButton(handle) : null)
        );
      }
      name.append(
        h("span", { class: "twist", set: { "aria-hidden": "true" } }, line2.open === null ? "\xB7" : line2.open ? "\u25BE" : "\u25B8"),
        h("b", {}, p.name),
        h("span", { class: "pid" }, ` ${p.pid}`),
        p.container === "" ? "" : h("span", { class: "tag", title: `container ${p.container}` }, p.container.slice(0, 12))
      );
      const notes = [p.root, p.marks === "" ? null : p.marks, p.namespaces === "" ? null : p.namespaces].filter(
        (n) => n !== null
      );
      return h(
        "tr",
        { class: `line-process${line2.dim ? " dim" : ""}${p.kernel ? " kernel" : ""}`, set },
        name,
        cell("facet", p.user),
        cell("facet", p.start.replace("T", " ").replace("Z", "")),
        cell("mono", ...breakable(p.command), ...notes.map((n) => h("span", { class: n === p.marks ? "note warn" : "note" }, n))),
        cell("handle", p.handle === null ? null : handleButton(p.handle))
      );
    }
    #toggle(line2) {
      if (line2.kind === "rest") this.#every.add(line2.process.pid);
      else if (line2.kind !== "process" || line2.open === null) return;
      else if (line2.open) this.#closed.add(line2.process.pid);
      else this.#closed.delete(line2.process.pid);
      this.#select();
      this.#focus();
    }
    #click(event) {
      const row = event.target instanceof Element && event.target.closest("button") === null ? event.target.closest("[data-line]") : null;
      const index = Number(row?.getAttribute("data-line") ?? -1);
      const line2 = this.#lines[index];
      if (line2 === void 0 || window.getSelection()?.isCollapsed === false) return;
      this.#current = index;
      this.#toggle(line2);
    }
    #key(event) {
      const line2 = this.#lines[this.#current];
      if (line2 === void 0 || event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLTableRowElement)) return;
      const last = Math.min(this.#lines.length, this.#shown) - 1;
      const open = line2.kind === "process" ? line2.open : null;
      if (event.key === "ArrowDown") this.#current = Math.min(last, this.#current + 1);
      else if (event.key === "ArrowUp") this.#current = Math.max(0, this.#current - 1);
      else if (event.key === "Home") this.#current = 0;
      else if (event.key === "End") this.#current = last;
      else if (event.key === "ArrowLeft" && open !== true) this.#current = this.#parentOf(line2);
      else if (event.key === "ArrowRight" && open === false || event.key === "ArrowLeft" && open === true || event.key === "Enter")
        this.#toggle(line2);
      else if (event.key === "ArrowRight") this.#current = Math.min(last, this.#current + 1);
      else return;
      event.preventDefault();
      this.#focus();
    }
    /** The keyboard may have come by Tab or by pointing. */
    #arrive(event) {
      const index = event.target instanceof Element ? event.target.closest("[data-line]")?.getAttribute("data-line") : null;
      if ((index ?? null) !== null) this.#current = Number(index);
    }
    #parentOf(line2) {
      const depth = line2.process.depth - (line2.kind === "process" ? 1 : 0);
      for (let i = this.#current - 1; i >= 0; i--) {
        const other = this.#lines[i];
        if (other?.kind === "process" && other.process.depth === depth) return i;
      }
      return this.#current;
    }
    #focus() {
      for (const row2 of this.#body.querySelectorAll('[tabindex="0"][data-line]')) row2.setAttribute("tabindex", "-1");
      const row = this.#body.children[this.#current];
      row?.setAttribute("tabindex", "0");
      if (row instanceof HTMLElement) row.focus();
    }
  };
  function weight([protocol, , , state]) {
    if (state === "LISTEN") return 0;
    if (/^(tcp|udp|sctp|raw|packet|icmp)/.test(String(protocol))) return 1;
    return protocol === "unix" ? 2 : 3;
  }
  function withAncestors(processes, hit) {
    const keep = [...hit];
    const needed = [];
    for (let i = processes.length - 1; i >= 0; i--) {
      const depth = processes[i]?.depth ?? 0;
      while ((needed.at(-1) ?? -1) > depth) {
        const from = needed.pop() ?? 0;
        if (from === depth + 1) keep[i] = true;
      }
      if (keep[i]) needed.push(depth);
    }
    return keep;
  }

  // main.ts
  function report() {
    return JSON.parse(document.getElementById("report")?.textContent ?? "");
  }
  function captureParts(capture, { names, rules }, toSockets) {
    const ledger = ledgerSection(capture);
    const findings = findingsSection(capture, rules);
    const listeners = new DataTable(capture.listeners, {
      caption: "Ports that listen, and who owns them",
      first: 60,
      rowClass: (row) => row[3] === "this host" ? "quiet" : ""
    });
    const tree = new ProcessTree(capture);
    const sockets = new DataTable(capture.sockets, { caption: "Every socket of the capture" });
    const problems = new DataTable(capture.problems, { caption: "What could not be read or understood" });
    const parts = [
      { section: ledger.section, searched: [ledger.table] },
      findings,
      {
        section: section(
          "listeners",
          "Listeners",
          "Who waits for others, on which address and port; with the reason where no process is seen to own it.",
          listeners.element
        ),
        searched: [listeners]
      },
      {
        section: section(
          "processes",
          "Processes",
          "Arrow keys move, right opens, left closes. Sockets hang on the process that holds them; one that several hold hangs on each.",
          tree.element
        ),
        searched: [tree]
      },
      { section: section("map", "Who talks to whom", null, mapPicture(capture, names, toSockets)), searched: [] },
      {
        section: section(
          "sockets",
          "Sockets",
          "Both readings of the tables as one, with every holder, or why nobody holds it.",
          ...reasons(capture),
          sockets.element
        ),
        searched: [sockets]
      },
      {
        section: section(
          "problems",
          "Evidence that could not be used",
          "Nothing is skipped in silence: each line that is no row stands here.",
          problems.element
        ),
        searched: [problems]
      }
    ];
    return { parts, sockets };
  }
  var FIRST_FACTS = ["Lasted", "State", "Kernel", "Captured by", "Clock", "Case", "Operator", "Redacted"];
  function reasons({ classes }) {
    return classes.rows.length === 0 ? [] : [
      fold(
        "Why some have no holder, or no row",
        false,
        new DataTable(classes, { caption: "Why some have no holder, or no row" }).element
      )
    ];
  }
  function facts(capture) {
    const list = (some) => h("dl", { class: "facts" }, ...some.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
    const first = capture.facts.filter(([name]) => FIRST_FACTS.includes(name));
    return h("div", {}, list(first), fold("All that is known of the capture", false, list(capture.facts)));
  }
  function overview(captures, choose) {
    if (captures.length < 2) return null;
    const n = (c, result) => c.ledger.table.rows.filter((row) => row[0] === result).length;
    const found = (c, ...severities) => c.answers.reduce((sum2, a) => severities.includes(a.severity) ? sum2 + a.findings.length : sum2, 0);
    const columns2 = [
      "capture",
      "host",
      "started (UTC)",
      "processes",
      "sockets",
      "checks broken",
      "blind",
      "critical, high",
      "medium",
      "low, info"
    ];
    const rows = captures.map((c) => [
      c.id,
      c.host,
      c.started,
      c.counts.processes,
      c.counts.sockets,
      n(c, "broken"),
      n(c, "blind"),
      found(c, "critical", "high"),
      found(c, "medium"),
      found(c, "low", "info")
    ]);
    const table = new DataTable(
      { columns: columns2.map((title, i) => ({ title, kind: i === 1 ? "facet" : i === 2 ? "word" : "number" })), rows },
      {
        caption: "Captures of this case",
        rowClass: (row) => Number(row[7]) > 0 ? "is-high" : "",
        render: ({ title }, cell) => title === "capture" ? h("button", { class: "plain", on: { click: () => choose(Number(cell)) }, set: { type: "button" } }, `show ${cell}`) : null
      }
    );
    return h("section", { id: "case", set: { "aria-label": "Captures of this case" } }, table.element);
  }
  var Page = class {
    #document;
    #main = h("main", { id: "main", set: { tabindex: -1 } });
    #nav = h("ol");
    #search;
    #chooser;
    #parts = [];
    #badges = /* @__PURE__ */ new Map();
    constructor(data2) {
      this.#document = data2;
      this.#search = h("input", {
        id: "search",
        on: { input: () => this.#look() },
        set: { type: "search", placeholder: "search everything ( / )", "aria-label": "Search everything on the page", spellcheck: "false" }
      });
      this.#chooser = h("select", {
        on: { change: () => this.show(Number(this.#chooser.value)) },
        set: { "aria-label": "Capture that is shown" }
      });
      this.#chooser.append(...data2.captures.map((c) => h("option", { set: { value: c.id } }, `${c.host} at ${c.started} (capture ${c.id})`)));
      this.#chooser.hidden = data2.captures.length < 2;
      const top = h("header", { class: "top" }, h("span", { class: "brand" }, "coldstat"), this.#chooser, this.#search);
      document.body.append(
        h("a", { class: "skip", set: { href: "#main" } }, "to the report"),
        top,
        h("div", { class: "frame" }, h("nav", { set: { "aria-label": "Parts of the report" } }, this.#nav), this.#main),
        h("div", { id: "said", set: { role: "status", "aria-live": "polite" } })
      );
      watchHandles();
      new ResizeObserver(() => {
        document.documentElement.style.scrollPaddingTop = `${top.offsetHeight + 12}px`;
      }).observe(top);
      document.addEventListener("keydown", (event) => this.#key(event));
    }
    show(id) {
      const { captures, live, tool } = this.#document;
      const capture = captures.find((c) => c.id === id) ?? captures[0];
      if (capture === void 0) return;
      this.#chooser.value = String(capture.id);
      const { parts, sockets } = captureParts(capture, this.#document, (words) => {
        sockets.filter(words);
        this.#go("sockets");
      });
      const timeline = timelineSection(this.#document);
      const pairs2 = live === null ? null : (a, b) => window.location.assign(`?before=${a}&after=${b}#changes`);
      const changes = changesSection(this.#document, capture, pairs2);
      const places = { problems: parts.pop(), sockets: parts.pop() };
      this.#parts = [
        ...parts,
        { section: timeline.section, searched: [timeline.table] },
        ...captures.length > 1 ? [{ section: changes.section, searched: [changes.searched] }] : [],
        ...[places.sockets, places.problems].filter((p) => p !== void 0),
        ...live === null ? [] : [{ section: sqlSection(live), searched: [] }]
      ];
      const several = captures.length > 1 ? `, capture ${capture.id} of ${captures.length}` : "";
      this.#main.replaceChildren(
        ...[overview(captures, (one) => this.show(one))].filter((o) => o !== null),
        h(
          "header",
          { class: "title" },
          h("h1", {}, capture.host),
          h("p", {}, `${capture.started.replace("T", " ").replace("Z", "")} UTC${several}`),
          facts(capture)
        ),
        ...this.#parts.map((p) => p.section.element),
        h(
          "footer",
          {},
          h(
            "p",
            {},
            `${tool}. Times are UTC. A button such as 1:34:5 copies the command that shows the very bytes behind a row: coldstat raw 1:34:5. Control, bidi and invisible characters of the host stand as \\xNN.`
          )
        )
      );
      this.#list();
      this.#look();
    }
    #list() {
      this.#badges.clear();
      this.#nav.replaceChildren(
        ...this.#parts.map((part) => {
          const badge2 = h("span", { class: "badge" });
          this.#badges.set(part, badge2);
          const link = h(
            "a",
            { on: { click: () => this.#go(part.section.id) }, set: { href: `#${part.section.id}` } },
            part.section.title,
            badge2
          );
          return h("li", {}, link);
        })
      );
    }
    #go(id) {
      const heading = document.getElementById(`${id}-title`);
      heading?.scrollIntoView();
      heading?.focus({ preventScroll: true });
    }
    /** The same words for every table; the list at the side says where they were found. */
    #look() {
      const filter = parseFilter(this.#search.value);
      for (const part of this.#parts) {
        const matches = part.searched.reduce((n, s) => n + s.search(filter), 0);
        const total = part.searched.reduce((n, s) => n + s.total, 0);
        const badge2 = this.#badges.get(part);
        if (badge2 === void 0) continue;
        badge2.textContent = part.searched.length === 0 ? "" : (isEmpty(filter) ? total : matches).toLocaleString("en-US");
        badge2.classList.toggle("hit", !isEmpty(filter) && matches > 0);
      }
    }
    #key(event) {
      const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLSelectElement;
      if (event.key === "/" && !typing) {
        event.preventDefault();
        this.#search.focus();
        this.#search.select();
      } else if (event.key === "Escape" && event.target === this.#search) {
        this.#search.value = "";
        this.#look();
      }
    }
    /** On paper everything is open and whole; afterwards it is as it was. */
    watchPrint() {
      let undo = [];
      window.addEventListener("beforeprint", () => {
        const closed = [...document.querySelectorAll("details:not([open])")];
        for (const one of closed) one.setAttribute("open", "");
        undo = [...this.#parts.flatMap((p) => p.searched.map((s) => s.whole())), () => closed.map((one) => one.removeAttribute("open"))];
      });
      window.addEventListener("afterprint", () => {
        for (const one of undo) one();
        undo = [];
      });
    }
  };
  var data = report();
  var page = new Page(data);
  page.show(data.shown ?? data.captures.at(-1)?.id ?? 0);
  page.watchPrint();
  document.documentElement.setAttribute("data-ready", plural(data.captures.length, "capture"));
  if (window.location.hash.length > 1) document.getElementById(`${window.location.hash.slice(1)}-title`)?.scrollIntoView();
})();
