// Writes the generated pages from what the built program declares; with --check compares instead and says which one is out of date.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { FEATURES } from './features.mjs';

// Under --conditions=source (tests) the sources speak for themselves, else what was built from them.
const [room, ext] = process.execArgv.includes('--conditions=source') ? ['src', 'ts'] : ['dist', 'js'];
const from = (module) => import(`../packages/analyze/${room}/${module}.${ext}`);
const { PROBLEM_SECTIONS } = await from('db/problem-codes');
const { MARK_KINDS } = await from('db/marks/kinds');
const { TABLES } = await from('tables/index');
const { VIEWS } = await from('tables/views');
const { SQL_FUNCTIONS } = await from('db/functions');
const { ownRules } = await from('triage/load-rules');
const { NEEDS } = await from('triage/evidence');
const { SEVERITIES } = await from('triage/rule');
const { OF_PROCESSES } = await from('triage/without-own');
const { COMMANDS } = await from('commands/index');
const { OFFERS } = await from('commands/offers');
const { run } = await from('cli');
const { readHelp } = await from('shell/help-entries');
const { manual } = await from('shell/manual');
const { bash } = await from('shell/bash');
const { zsh } = await from('shell/zsh');
const { fish } = await from('shell/fish');
const { MANUALS } = await import('./manuals.mjs');

const MADE = '<!-- made by docs/generate.mjs; change the declarations and run `npm run docs` -->\n';

function cell(text) {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '\\<');
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

function schema() {
  const tables = TABLES.map(({ name, doc, columns, primaryKey }) => {
    const key = primaryKey === undefined ? '' : `Key: ${primaryKey.map((c) => `\`${c}\``).join(', ')}.\n\n`;
    return `## ${name}\n\n${cell(doc)}\n\n${key}${table(
      ['column', 'type', 'meaning'],
      columns.map(([column, type, meaning]) => [`\`${column}\``, type, cell(meaning)]),
    )}`;
  });
  const views = VIEWS.map(
    ({ name, doc, columns }) =>
      `## ${name} (view)\n\n${cell(doc)}\n\n${table(
        ['column', 'meaning'],
        columns.map(([column, meaning]) => [`\`${column}\``, cell(meaning)]),
      )}`,
  );
  return `# The tables of a case file

${MADE}
A case file is one SQLite database; \`coldstat schema\` prints the same, \`coldstat schema --sql\` the statements. Unknown is NULL. \`BYTES\` is text that somebody on the
host chose: TEXT where it is valid UTF-8 without NUL, else BLOB, byte for byte. \`U64\` is an unsigned 64-bit number: INTEGER up to 2^63-1, above that decimal TEXT.
Times that end in \`_ns\` are nanoseconds since 1970 by the host's own clock. \`source_id\` and \`line\` lead to the bytes: \`coldstat raw CAPTURE:SOURCE:LINE\`, the handle that listings print.

${[...tables, ...views, functions()].join('\n')}`;
}

function functions() {
  return `## Functions

Besides those of SQLite, SQL over a case may call these.

${table(
  ['function', 'meaning'],
  SQL_FUNCTIONS.map(({ signature, doc }) => [`\`${signature}\``, cell(doc)]),
)}`;
}

function problems() {
  const sections = PROBLEM_SECTIONS.map(
    ({ title, doc, codes }) =>
      `## ${title}\n\n${doc}\n\n${table(
        ['word', 'meaning'],
        Object.entries(codes).map(([code, meaning]) => [`\`${code}\``, cell(meaning)]),
      )}`,
  );
  return `# Problems

${MADE}
What cannot be read, understood or trusted is data: a row in the table \`problems\` (\`coldstat problems\`), with the source, the line and the bytes it is about. The list of codes is closed.

${sections.join('\n')}`;
}

function marks() {
  const rows = Object.entries(MARK_KINDS).map(([kind, { weight, phrase, doc, benign }]) => [
    `\`${kind}\``,
    weight,
    cell(phrase ?? ''),
    cell(doc),
    cell(benign),
  ]);
  return `# Marks

${MADE}
A row that may not be what it says is marked where it appears, with the reason, and never corrected: it stands as the host gave it. Marks are rows of the table \`marks\`
(\`coldstat marks\`), computed when a capture is loaded. Listings write the words of strong marks in brackets behind a row, where it does not show by itself (hidden characters stand escaped); in formats other than table the column \`marks\` has
the kinds of the row, and those of the process it is about as \`process:KIND\`. The list of kinds is closed.

${table(['kind', 'weight', 'in a listing', 'given when', 'ordinary causes'], rows)}`;
}

function rules() {
  const all = ownRules();
  const bySeverity = [...SEVERITIES].reverse().flatMap((severity) => all.filter((rule) => rule.severity === severity));
  const sections = bySeverity.map(
    (rule) => `### ${rule.id}

${cell(rule.title)}. Severity ${rule.severity}${rule.attack.length > 0 ? `, ATT&CK ${rule.attack.join(', ')}` : ''}.

${cell(rule.why)}

- Ordinary causes: ${cell(rule.benign.join('; ') || 'none known')}
- Next: ${cell(rule.next)}
- Needs: ${rule.needs.map((need) => cell(NEEDS[need].doc)).join('; ')}
- Says: ${cell(rule.finding)}
- Key: ${rule.key.join(', ')}

\`\`\`sql
${rule.sql}
\`\`\`
`,
  );
  return `# Rules of triage

${MADE}
\`coldstat triage\` asks each of these ${all.length} rules. The answer is *found* (with the rows it rests on), *clear*, or *blind*. A finding is a reason to look, no verdict.

Blind is a rule that cannot be asked: of something it needs nothing was captured, or it could be read of none (the processes of the capture itself do not count). Where a part could not be read, the rule is asked of the rest,
and its answer says what was not judged: *clear, not judged: 1 of 146 processes (exe EACCES)*. \`cut\` stands for what a limit of the capture shortened, \`stuck\` for a reader that hung. Kernel threads have no executable, memory or
command line and are not counted there; what ended before it was read is neither. The column \`missing\` has why a rule is blind, \`not_judged\` what an answer leaves out.

Rules that need an earlier capture compare with the last one of the same host before it, and only what that one could see: what it could not read was not "not there". Socket tables of network namespaces that it did not read, and what
belongs to processes whose files it could not read, are not judged, and named so; where it ran in another pid namespace, rules about processes are blind. What \`coldstat diff\` says of such a pair stands below "compared with".

The capture itself and its descendants are left out of the tables of processes (${OF_PROCESSES.map((table) => `\`${table}\``).join(', ')}) for every rule, as in \`diff\`, \`baseline\` and \`timeline\`: its own place, memory and descriptors say
nothing about the host. \`main.processes\` and the like are the whole tables.

A rule is one file in \`packages/analyze/rules\`; rules of your own have the same form and go into a folder of yours (\`--rules\`). All fields are required:

${table(
  ['field', 'meaning'],
  [
    ['`id`', 'Small letters, digits, hyphens; unique, and the beginning of every key.'],
    ['`title`, `why`, `next`', 'What it finds, why that deserves suspicion, what to do next.'],
    ['`severity`', SEVERITIES.join(', ')],
    ['`attack`', 'List of techniques of MITRE ATT&CK; may be empty.'],
    ['`benign`', 'List of ordinary causes that are known; may be empty.'],
    ['`needs`', 'List of the words below; a rule is blind when nothing of one of them was seen.'],
    [
      '`sql`',
      'One SELECT over the tables in SCHEMA.md; `:capture` is the capture that is asked about, `:before` the earlier one (with `before` or `same-boot` in `needs`). `:broken` and `:unheld` are JSON of what the ledger found broken and of the sockets that nobody holds, at most 2,000 rows of each check and of each reason; `:seen` is a JSON array of texts `TABLE NAMESPACE`, as `tcp6 4026531840`: the socket tables of which the earlier capture would have shown what was in them. A row is a finding.',
    ],
    ['`finding`', 'A sentence; `{column}` is a value of the row.'],
    ['`evidence`', 'Columns that hold handles of rows, made with `handle(capture_id, source_id, line)`, or JSON arrays of handles.'],
    [
      '`key`',
      'Columns whose values make the key of a finding for `--suppress`, `RULE:VALUE|VALUE`; they should be the same after a restart and of nothing else, as those of `program_key`. A final " (deleted)" is left out of each.',
    ],
    [
      '`tests`',
      '`finds` and `ignores`: each a list of small hosts with `name`, `files` (names as in an archive, and bodies) and, for rules that compare, `before`.',
    ],
  ],
)}
${table(
  ['needs', 'what'],
  Object.entries(NEEDS).map(([word, { doc }]) => [`\`${word}\``, cell(doc)]),
)}
## All rules

${table(
  ['rule', 'severity', 'finds', 'ATT&CK'],
  bySeverity.map((rule) => [`[${rule.id}](#${rule.id})`, rule.severity, cell(rule.title), rule.attack.join(' ')]),
)}
${sections.join('\n')}`;
}

/** What `coldstat WORDS` prints. */
async function printed(...words) {
  let text = '';
  const take = (chunk) => {
    text += chunk;
  };
  const io = {
    out: async (chunk) => take(chunk),
    err: take,
    stdin: [],
    outIsTerminal: false,
    errIsTerminal: false,
    columns: undefined,
    env: {},
    cwd: '/',
  };
  if ((await run(words, io)) !== 0) throw new Error(`coldstat ${words.join(' ')}: ${text}`);
  return text;
}

/** A program and its commands by their help texts. */
async function programs() {
  const commands = [];
  for (const [name, load] of COMMANDS)
    commands.push({ name, summary: (await load()).summary, help: readHelp(await printed(name, '--help')), offers: OFFERS[name] ?? {} });
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const words = process.execArgv.includes('--conditions=source')
    ? ['test/support/coldstat-capture.mjs']
    : ['packages/capture/bin/coldstat-capture.js'];
  const capture = spawnSync(process.execPath, [...process.execArgv, ...words, '--help'], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  }).stdout;
  return [
    { home: '../packages/analyze', name: 'coldstat', version, help: readHelp(await printed('--help')), commands },
    { home: '../packages/capture', name: 'coldstat-capture', version, help: readHelp(capture), commands: [] },
  ];
}

/** Manual pages and completions, in the packages they belong to. */
async function shellPages() {
  const pages = {};
  for (const { home, ...program } of await programs()) {
    const { summary, ...text } = MANUALS[program.name];
    const tree = { ...program, summary };
    pages[`${home}/man/${program.name}.1`] = manual(tree, text);
    pages[`${home}/completions/${program.name}.bash`] = bash(tree);
    pages[`${home}/completions/_${program.name}`] = zsh(tree);
    pages[`${home}/completions/${program.name}.fish`] = fish(tree);
  }
  return pages;
}

async function cli() {
  const block = (text) => `\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`;
  const sections = [];
  for (const name of COMMANDS.keys()) sections.push(`## coldstat ${name}\n\n${block(await printed(name, '--help'))}`);
  return `# The command line

${MADE}
What each command says of itself. On the commands of the live tools (lsof, netstat, ss …) the letters mean what they mean there, and
coldstat's own options are long only; on coldstat's own commands \`-d\` is \`--db\`.

${block(await printed('--help'))}
${sections.join('\n')}
${features()}`;
}

/** The state of each feature by what the last whole run said of the tests named for it. Throws when that run did not have one of them. */
function features() {
  const results = JSON.parse(readFileSync(new URL('feature-results.json', import.meta.url), 'utf8'));
  const rows = FEATURES.map(({ tool, what, priority, tests, missing, refused }, i) => {
    const told = tests.flatMap(([file, titles]) => titles.map((title) => resultOf(results, file, title)));
    const state =
      told.length === 0 ? 'no' : told.includes('failed') ? 'failing' : refused ? 'refused' : missing === undefined ? 'yes' : 'partly';
    return [i + 1, tool, cell(what), priority, state, told.length, cell(missing ?? '')];
  });
  return `## What of the live tools is there

The state comes from the results of the tests that docs/features.mjs names for a feature, as the last whole run left them in docs/feature-results.json; a run whose results
differ from it fails. \`yes\` and \`partly\` passed, \`failing\` did not, \`refused\` is answered with the reason (a test shows that too), \`no\` has no test.
Priorities: P0 what people use daily, P1 what they miss, P2 the rest; – makes no sense without the live host.

${table(['#', 'tool', 'feature', 'priority', 'state', 'named tests', 'what is missing'], rows)}`;
}

function resultOf(results, file, title) {
  const result = results[`${file}: ${title}`];
  if (result === undefined || result === 'absent') {
    throw new Error(`docs/features.mjs: the last whole run had no '${title}' in ${file}: run \`npx vitest run -u\``);
  }
  return result;
}

const pages = {
  'CLI.md': await cli(),
  'SCHEMA.md': schema(),
  'PROBLEMS.md': problems(),
  'MARKS.md': marks(),
  'RULES.md': rules(),
  ...(await shellPages()),
};

for (const [name, text] of Object.entries(pages)) {
  const file = new URL(name, import.meta.url);
  if (!process.argv.includes('--check')) {
    mkdirSync(new URL('.', file), { recursive: true });
    writeFileSync(file, text);
    continue;
  }
  let there = '';
  try {
    there = readFileSync(file, 'utf8');
  } catch {
    // Reported below as out of date.
  }
  if (there === text) continue;
  process.stderr.write(`docs/${name} is out of date: run npm run docs\n`);
  process.exitCode = 1;
}
