// Lists the visible texts whose contrast to what is behind them is below 4.5 : 1 (WCAG 1.4.3).
() => {
  const parts = (color) => {
    const found = color.match(/[\d.]+/g).map(Number);
    return [...found.slice(0, 3), found[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const light = (color) => {
    const [red, green, blue] = color.map((value) => linear(value / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const color = parts(getComputedStyle(one).backgroundColor);
      if (color[3] === 1) return color;
    }
    return [255, 255, 255, 1];
  };
  const ratio = (node) => {
    const style = getComputedStyle(node);
    const back = behind(node);
    const ink = parts(node.closest("svg") ? style.fill : style.color);
    ink[3] *= Number(style.opacity);
    const [high, low] = [light(over(ink, back)), light(back)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const node = text.parentElement;
    const seen = text.data.trim() && node.checkVisibility({ opacityProperty: true });
    if (seen && ratio(node) < 4.5) {
      found.push(`${ratio(node).toFixed(2)} ${node.tagName} ${text.data.trim().slice(0, 40)}`);
    }
  }
  return found;
}
