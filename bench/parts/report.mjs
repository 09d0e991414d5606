// The page of the loaded case: how long it takes to write, to open in Chromium, and to answer a key in the search or a click on a head of a column.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

export const name = 'report';

export async function run(bench) {
  const file = join(bench.directory, 'case.html');
  const [written] = bench.interleave([[...bench.programs.coldstat, '-d', bench.db, 'report', '-o', file]]);
  bench.report('report -o case.html', written.wall, 's', { most: 20 });
  bench.report('report, peak', written.maxrss_kib / 1024, 'MiB');
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless=new', '--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage();
  const started = performance.now();
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('html[data-ready]');
  const opened = (performance.now() - started) / 1000;
  const took = await page.evaluate(answers);
  await browser.close();
  bench.report(`the page opens, ${took.sockets} sockets`, opened, 's', { most: 5 });
  bench.report('the page answers a search', took.search, 's', { most: 1 });
  bench.report('the page sorts its sockets', took.sort, 's', { most: 1 });
  return { written, opened, took };
}

/** Runs in the page. Seconds. */
function answers() {
  const time = (act) => {
    const from = performance.now();
    act();
    document.body.getBoundingClientRect();
    return (performance.now() - from) / 1000;
  };
  const search = document.getElementById('search');
  const type = (words) => () => {
    search.value = words;
    search.dispatchEvent(new Event('input'));
  };
  const sockets = document.querySelector('#sockets .data:last-of-type');
  const count = sockets.querySelector('.count').textContent;
  return {
    sockets: Number(count.replace(/\D/g, '')),
    search: Math.max(time(type('127.0.0.1 listen')), time(type(''))),
    sort: time(() => sockets.querySelectorAll('th button')[1].click()),
  };
}
