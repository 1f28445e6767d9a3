/** How the charts look, in the colours of the page at this moment: a scheme may have changed. */

export function chartStyle(root: HTMLElement) {
  const css = getComputedStyle(root)
  const ink = (name: string) => css.getPropertyValue(name).trim()
  const axis = {
    stroke: ink('--soft'),
    grid: { stroke: ink('--edge'), width: 1 },
    ticks: { show: false },
    font: '12px ui-sans-serif, system-ui, sans-serif',
  }
  return { ink, axis }
}
