import { h } from './dom.ts';

/** One part of the page, with a place in the list at the side. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly element: HTMLElement;
}

export function section(id: string, title: string, lead: string | null, ...children: readonly (Node | null)[]): Section {
  const heading = h('h2', { id: `${id}-title`, set: { tabindex: -1 } }, title);
  const element = h(
    'section',
    { id, set: { 'aria-labelledby': `${id}-title` } },
    heading,
    lead === null ? null : h('p', { class: 'lead' }, lead),
    ...children,
  );
  return { id, title, element };
}

/** Opened by hand, and by print. */
export function fold(summary: string, open: boolean, ...children: readonly Node[]): HTMLElement {
  return h('details', { class: 'fold', set: { open } }, h('summary', {}, summary), ...children);
}
