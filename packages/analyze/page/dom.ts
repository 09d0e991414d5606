/**
 * Elements are made here and only here: text becomes text nodes, never markup, and no attribute bears a script, a style or an address. What a
 * host calls itself can therefore do nothing.
 */

type Child = Node | string | number | null | false | undefined;

interface Attributes {
  readonly class?: string;
  readonly id?: string;
  readonly title?: string;
  readonly on?: Readonly<Record<string, (event: Event) => void>>;
  /** Any other attribute; false and null leave it out. */
  readonly set?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Attributes that could load, run or style something are not for data. */
const FORBIDDEN = /^(on|style$|src|srcdoc$|action$|formaction$|xlink)/i;

function apply(element: Element, { class: name, id, title, on, set }: Attributes): void {
  if (name !== undefined) element.setAttribute('class', name);
  if (id !== undefined) element.id = id;
  if (title !== undefined) element.setAttribute('title', title);
  for (const [event, listener] of Object.entries(on ?? {})) element.addEventListener(event, listener);
  for (const [key, value] of Object.entries(set ?? {})) {
    if (FORBIDDEN.test(key)) throw new Error(`attribute ${key}`);
    if (key === 'href' && !String(value).startsWith('#')) throw new Error('an address that leaves the page');
    if (value !== null && value !== false) element.setAttribute(key, value === true ? '' : String(value));
  }
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === false || child === undefined) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  apply(element, attributes);
  append(element, children);
  return element;
}

export function svg(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  apply(element, attributes);
  append(element, children);
  return element;
}

/** Text that may go on in the next line behind a slash, save the first of a path: paths are broken between their parts, and copied as they are. */
export function breakable(text: string): (string | HTMLElement)[] {
  const [first = '', ...parts] = text.split(/(?<=[^\s/=:"']\/)(?=[^/\s])/);
  return [first, ...parts.flatMap((part) => [h('wbr'), part])];
}

/** Said by screen readers and shown for a moment. */
function announce(text: string): void {
  const place = document.getElementById('said');
  if (place === null) return;
  place.textContent = text;
  place.classList.add('shown');
  window.setTimeout(() => place.classList.remove('shown'), 2500);
}

/** A handle as a button that copies the command which shows its bytes. */
export function handleButton(handle: string): HTMLElement {
  return h('button', { class: 'handle', title: `coldstat raw ${handle}`, set: { type: 'button', 'data-handle': handle } }, handle);
}

/** One listener for all handles of the page. */
export function watchHandles(): void {
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('[data-handle]') : null;
    if (button === null) return;
    const command = `coldstat raw ${button.getAttribute('data-handle')}`;
    // Pages opened from a file may not be allowed to write to the clipboard.
    if (navigator.clipboard === undefined) announce(command);
    else
      navigator.clipboard.writeText(command).then(
        () => announce(`copied: ${command}`),
        () => announce(command),
      );
  });
}

export function plural(n: number, one: string, many: string = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}
