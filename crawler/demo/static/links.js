export function link(story) {
  const item = document.createElement("li");
  const anchor = document.createElement("a");
  anchor.href = story.url;
  anchor.textContent = story.title;
  item.append(anchor);
  return item;
}
