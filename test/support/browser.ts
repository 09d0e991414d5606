import { type Browser, chromium, type Page } from 'playwright-core';

/** Debian's Chromium, without anything that talks to its makers. */
export function startBrowser(): Promise<Browser> {
  const quiet = ['background-networking', 'component-update', 'sync', 'quic', 'gpu'].map((what) => `--disable-${what}`);
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless=new', '--no-sandbox', '--no-first-run', ...quiet] });
}

export interface Opened {
  readonly page: Page;
  /** Every address that was asked for, that of the page first. */
  readonly requests: readonly string[];
  /** What stood on the console as an error, and what was thrown. */
  readonly errors: readonly string[];
}

/** Opens a report and waits until it is drawn. */
export async function openReport(browser: Browser, url: string, options: { dark?: boolean; width?: number } = {}): Promise<Opened> {
  const page = await browser.newPage({
    viewport: { width: options.width ?? 1400, height: 900 },
    colorScheme: options.dark === true ? 'dark' : 'light',
  });
  const [requests, errors]: [string[], string[]] = [[], []];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  await page.waitForSelector('html[data-ready]', { timeout: 60_000 });
  return { page, requests, errors };
}
