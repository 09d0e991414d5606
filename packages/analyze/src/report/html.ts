import { createHash } from 'node:crypto';
import { htmlText, scriptJson } from '../render/cell.ts';
import { pageAssets } from './assets.ts';
import type { ReportDocument } from './document.ts';

const sourceOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export interface Page {
  readonly html: string;
  /** Content security policy: its own script and style by their hashes; only the live page may ask, and only where it came from. */
  readonly policy: string;
}

/** One file that needs no other: data, script and style within. */
export function reportHtml(report: ReportDocument): Page {
  const { script, style } = pageAssets();
  const policy = [
    "default-src 'none'",
    `script-src ${sourceOf(script)}`,
    `style-src ${sourceOf(style)}`,
    'img-src data:',
    `connect-src ${report.live === null ? "'none'" : "'self'"}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const hosts = [...new Set(report.captures.map((c) => c.host))].join(', ');
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${htmlText(`${hosts} – coldstat`)}</title>
<style>${style}</style>
</head>
<body>
<noscript><p>This report is data and a script that shows it, and no script runs here. coldstat report --format markdown needs none.</p></noscript>
<script type="application/json" id="report">${scriptJson(report)}</script>
<script>${script}</script>
</body>
</html>
`;
  return { html, policy };
}
